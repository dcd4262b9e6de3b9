// lagoon-feed: what stands for the hosts on both sides where no kernel interface may be made: plays a capture
// file into two memifs of lagoond, "lan" (id 0) and "far" (id 1), and takes in what comes out of them.
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_mbuf.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "demo/feed/capture.hpp"
#include "demo/feed/port.hpp"
#include "demo/feed/replay.hpp"
#include "demo/traffic/arguments.hpp"
#include "demo/traffic/clock.hpp"

namespace lagoon::traffic {

std::atomic<bool> stopped = false;

}  // namespace lagoon::traffic

namespace lagoon::feed {

namespace {

constexpr const char* kUsage =
    "usage: lagoon-feed --capture FILE --socket PATH --prefix NAME --log DIRECTORY [--rate N]\n";
constexpr unsigned kMbufs = 2047;
constexpr std::int64_t kConnectNs = 10'000'000'000;

struct Options {
  std::string capture;
  std::string socket;
  std::string prefix;
  std::string log;
  unsigned rate = 2000;  // frames in a second, each way
};

int complain(const std::string& words) {
  std::fprintf(stderr, "lagoon-feed: %s\n", words.c_str());
  return 1;
}

[[nodiscard]] bool start_eal(const Options& options) {
  std::vector<std::string> words{
      "lagoon-feed",   "--no-huge",      "-m",          "64",
      "--no-pci",      "--no-telemetry", "--no-shconf", "--log-level=pmd.net.memif:critical",
      "--file-prefix", options.prefix};
  // One lcore, on any of the CPUs that this process may use.
  cpu_set_t cpus;
  sched_getaffinity(0, sizeof(cpus), &cpus);
  std::string lcores;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &cpus)) lcores += (lcores.empty() ? "0@(" : ",") + std::to_string(cpu);
  words.insert(words.end(), {"--lcores", lcores + ")"});
  for (const char* id : {"0", "1"})
    words.insert(words.end(), {"--vdev", std::string{"net_memif"} + id + ",role=client,id=" + id +
                                             ",socket=" + options.socket + ",socket-abstract=no"});
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return rte_eal_init(static_cast<int>(words.size()), argv.data()) >= 0;
}

[[nodiscard]] bool connect(const std::array<Port, 2>& ports) {
  const std::int64_t patience = traffic::now_ns() + kConnectNs;
  while (!ports[0].is_connected() || !ports[1].is_connected()) {
    if (traffic::stopped.load(std::memory_order_relaxed) || traffic::now_ns() > patience) return false;
    traffic::sleep_until_ns(traffic::now_ns() + 10'000'000);
  }
  return true;
}

int play(const Options& options, const Capture& capture) {
  rte_mempool* const pool =
      rte_pktmbuf_pool_create("feed", kMbufs, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
  if (pool == nullptr) return complain(std::string{"mbufs: "} + rte_strerror(rte_errno));
  auto lan = Port::open("net_memif0", pool);
  if (!lan) return complain(lan.error());
  auto far = Port::open("net_memif1", pool);
  if (!far) return complain(far.error());
  std::array<Port, 2> ports{*lan, *far};
  if (!connect(ports)) return complain("nobody answers at " + options.socket);
  prctl(PR_SET_TIMERSLACK, 1'000UL);
  Replay replay{capture, ports, options.rate};
  replay.run();
  for (Port& port : ports) port.close();
  if (!replay.write_logs(options.log)) return complain(options.log + ": " + std::strerror(errno));
  if (replay.altered() != 0)
    return complain(std::to_string(replay.altered()) + " frames were not what was sent");
  return 0;
}

int run(int argc, char** argv) {
  struct sigaction action{};
  action.sa_handler = [](int) { traffic::stopped.store(true, std::memory_order_relaxed); };
  for (const int signal : {SIGTERM, SIGINT}) sigaction(signal, &action, nullptr);
  traffic::Arguments arguments{argc, argv, 1};
  Options options;
  arguments.text("capture", options.capture);
  arguments.text("socket", options.socket);
  arguments.text("prefix", options.prefix);
  arguments.text("log", options.log);
  arguments.number("rate", options.rate);
  const bool complete = !options.capture.empty() && !options.socket.empty() && !options.prefix.empty() &&
                        !options.log.empty() && options.rate != 0;
  if (!arguments.understood() || !arguments.rest().empty() || !complete) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  const auto capture = read_capture(options.capture);
  if (!capture) return complain(capture.error());
  std::fprintf(stderr, "%zu frames in %u flows; %u left out\n", capture->frames.size(), capture->flows,
               capture->left_out);
  if (!start_eal(options)) return complain(std::string{"EAL: "} + rte_strerror(rte_errno));
  const int code = play(options, *capture);
  rte_eal_cleanup();
  return code;
}

}  // namespace
}  // namespace lagoon::feed

int main(int argc, char** argv) {
  return lagoon::feed::run(argc, argv);
}
