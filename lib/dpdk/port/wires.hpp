// Wires: links inside the process, each a pair of net_ring ports. For trying Lagoon without a NIC or root,
// and for pulling cables: a wire can be taken down (both ends lose their link) or made to swallow frames.
//
// Thread: the control lcore, but for the receive callbacks, which run on workers and read one atomic flag.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"

namespace lagoon::dpdk {

class Wires {
 public:
  Wires();
  ~Wires();
  Wires(const Wires&) = delete;
  Wires& operator=(const Wires&) = delete;

  struct End {
    EthdevId id{};
    std::shared_ptr<void> lease;  // with its end the wire's end can be taken again
  };
  /// The first call for a name makes the wire and gives one end, the second gives the other. Its devices are
  /// used by nobody else.
  [[nodiscard]] Result<End> take_end(const std::string& name);
  /// To be called when ends that were taken are started.
  [[nodiscard]] Result<void> arm();
  /// action: up, down, blackhole, heal. Errors: no_such_thing, invalid_argument.
  [[nodiscard]] Result<void> act(std::string_view name, std::string_view action);
  /// Closes the ends and frees the rings. Precondition: nobody uses them.
  void close();

 private:
  struct Wire;
  [[nodiscard]] Result<Wire*> make(const std::string& name);
  std::vector<std::unique_ptr<Wire>> wires_;
};

}  // namespace lagoon::dpdk
