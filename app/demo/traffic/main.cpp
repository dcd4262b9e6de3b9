// lagoon-traffic: the frames of the demonstration, and their book-keeping. Runs on plain hosts, also inside a
// small guest; it knows nothing of link aggregation.
#include <csignal>
#include <cstdio>
#include <string_view>

#include "demo/traffic/arguments.hpp"
#include "demo/traffic/clock.hpp"
#include "demo/traffic/tcp.hpp"
#include "demo/traffic/udp.hpp"
#include "demo/traffic/watch.hpp"

namespace lagoon::traffic {

std::atomic<bool> stopped = false;

namespace {

constexpr const char* kUsage =
    "usage: lagoon-traffic udp --bind IP --peer IP --log PREFIX [--port N] [--flows N] [--rate N] [--seconds "
    "N]\n"
    "       lagoon-traffic tcp-serve --bind IP [--port N]\n"
    "       lagoon-traffic tcp-send --peer IP [--port N] [--kilobits N] [--seconds N]\n"
    "       lagoon-traffic watch --log FILE INTERFACE...\n";

int misunderstood() {
  std::fputs(kUsage, stderr);
  return 2;
}

int udp(Arguments& arguments) {
  UdpOptions o;
  arguments.text("bind", o.bind);
  arguments.text("peer", o.peer);
  arguments.text("log", o.log);
  arguments.number("port", o.port);
  arguments.number("flows", o.flows);
  arguments.number("rate", o.rate);
  arguments.number("seconds", o.seconds);
  arguments.number("drain-ms", o.drain_ms);
  if (!arguments.understood() || o.bind.empty() || o.peer.empty() || o.log.empty() || o.rate == 0 ||
      o.flows == 0)
    return misunderstood();
  return run_udp(o);
}

int tcp(Arguments& arguments, bool serves) {
  TcpOptions o;
  arguments.text(serves ? "bind" : "peer", o.address);
  arguments.number("port", o.port);
  arguments.number("kilobits", o.kilobits);
  arguments.number("seconds", o.seconds);
  if (!arguments.understood() || o.address.empty() || o.kilobits == 0) return misunderstood();
  return serves ? run_tcp_serve(o) : run_tcp_send(o);
}

int watch(Arguments& arguments) {
  WatchOptions o;
  arguments.text("log", o.log);
  o.interfaces = arguments.rest();
  if (!arguments.understood() || o.log.empty() || o.interfaces.empty()) return misunderstood();
  return run_watch(o);
}

int run(int argc, char** argv) {
  struct sigaction action{};
  action.sa_handler = [](int) { stopped.store(true, std::memory_order_relaxed); };
  for (const int signal : {SIGTERM, SIGINT}) sigaction(signal, &action, nullptr);
  Arguments arguments{argc, argv, 2};
  const std::string_view verb = argc > 1 ? argv[1] : "";
  if (verb == "udp") return udp(arguments);
  if (verb == "tcp-serve") return tcp(arguments, true);
  if (verb == "tcp-send") return tcp(arguments, false);
  if (verb == "watch") return watch(arguments);
  return misunderstood();
}

}  // namespace
}  // namespace lagoon::traffic

int main(int argc, char** argv) {
  return lagoon::traffic::run(argc, argv);
}
