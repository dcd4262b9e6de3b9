// One TCP transfer through the LAG and back: the client sends a pseudo-random stream at a limited rate, the
// server checks it octet by octet and sends it back, the client checks what returns.
#pragma once

#include <string>

namespace lagoon::traffic {

struct TcpOptions {
  std::string address;  // serve: to listen on; send: to connect to
  unsigned port = 21000;
  unsigned kilobits = 2000;  // a second, each way
  unsigned seconds = 0;      // 0: until SIGTERM
};

/// Prints "listening" when a client may come.
[[nodiscard]] int run_tcp_serve(const TcpOptions& options);
[[nodiscard]] int run_tcp_send(const TcpOptions& options);

}  // namespace lagoon::traffic
