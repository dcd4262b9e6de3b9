// The capture of a running Engine: which ports are meant, and that nobody is still in its callbacks when it
// goes.
#include <algorithm>
#include <thread>

#include "dpdk/base/monotonic_clock.hpp"
#include "dpdk/engine/capture.hpp"
#include "dpdk/engine/engine_parts.hpp"

namespace lagoon::dpdk {

namespace {

constexpr Duration kPassLook = 1ms;
constexpr Duration kWritePatience = 2s;

bool is_meant(const EthdevStatus& port, const std::string& word) {
  return port.name == word || port.lag == word || port.lag + "/" + port.name == word;
}

std::string name_in_file(const EthdevStatus& port) {
  return port.lag.empty() ? port.name : port.lag + "/" + port.name;
}

Result<std::vector<CapturePort>> ports_of(const std::vector<EthdevStatus>& ports,
                                          const std::vector<std::string>& words) {
  for (const std::string& word : words)
    if (std::ranges::none_of(ports, [&](const EthdevStatus& port) { return is_meant(port, word); }))
      return fail(Errc::no_such_thing,
                  "no LAG, member or access port '" + word + "'; a member is MEMBER or LAG/MEMBER");
  std::vector<CapturePort> meant;
  for (const EthdevStatus& port : ports) {
    const auto means = [&port](const std::string& word) { return is_meant(port, word); };
    if (words.empty() || std::ranges::any_of(words, means))
      meant.push_back({.id = port.id,
                       .name = name_in_file(port),
                       .rx_queues = port.rx_queues,
                       .tx_queues = port.tx_queues});
  }
  return meant;
}

}  // namespace

Result<std::string> Engine::start_capture(const std::string& file, const std::vector<std::string>& of) {
  if (!file.starts_with('/'))
    return fail(Errc::invalid_argument, "'" + file + "' is no path from the root, like /tmp/lag0.pcapng");
  // (a file system that stands still keeps nobody else's command waiting)
  auto target = CaptureFile::create(file);
  if (!target) return std::unexpected{target.error()};
  const auto lock = parts_->begin_command();
  if (!lock) return std::unexpected{lock.error()};
  if (parts_->capture)
    return fail(Errc::busy, "a capture is under way already: " + parts_->capture->describe());
  const auto known = ethdevs();
  if (!known) return std::unexpected{known.error()};
  auto ports = ports_of(*known, of);
  if (!ports) return std::unexpected{ports.error()};
  const std::size_t count = ports->size();
  auto capture = Capture::start(*std::move(target), *std::move(ports));
  if (!capture) return std::unexpected{capture.error()};
  parts_->capture = *std::move(capture);
  return "capturing on " + std::to_string(count) + " ports into " + file;
}

// Workers may be in a callback that is removed: its memory and the ring stay until all have passed.
Result<std::string> Engine::stop_capture() {
  const auto lock = parts_->begin_command();
  if (!lock) return std::unexpected{lock.error()};
  if (!parts_->capture) return fail(Errc::no_such_thing, "no capture is under way");
  parts_->capture->detach();
  GracePeriod period;
  bool passed = false;
  if (!parts_->tasks.run([&] { period = parts_->publisher.begin_grace_period(); }, kAnswerPatience))
    return no_answer();
  const Instant until = dpdk::now() + kAnswerPatience;
  while (!passed && dpdk::now() < until) {
    if (!parts_->tasks.run([&] { passed = parts_->publisher.passed(period); }, kAnswerPatience)) break;
    if (!passed) std::this_thread::sleep_for(kPassLook);
  }
  if (!passed) return fail(Errc::busy, "a worker is in a burst that does not end; try again");
  std::string text = parts_->capture->describe();
  if (!parts_->capture->finish(kWritePatience))
    return fail(Errc::busy, text + "; no more is captured, but the file takes nothing now; try again");
  text = parts_->capture->describe();
  parts_->capture.reset();
  return text;
}

Result<std::string> Engine::describe_capture() {
  const auto lock = parts_->begin_command();
  if (!lock) return std::unexpected{lock.error()};
  return parts_->capture ? parts_->capture->describe() : std::string{"no capture is under way"};
}

}  // namespace lagoon::dpdk
