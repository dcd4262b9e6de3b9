// A Running made of values: two LAGs, of which the first speaks LACP and has members m0 and m1. It counts
// what it was told to do, so that a test can say that nothing was.
#pragma once

#include <algorithm>
#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "console/running.hpp"

namespace lagoon::test {

class FakeRunning final : public console::Running {
 public:
  FakeRunning() {
    lags_.push_back(lag("lag0", control::Mode::lacp, {"m0", "m1"}));
    lags_.push_back(lag("lag1", control::Mode::active_backup, {"m2"}));
  }

  [[nodiscard]] Result<std::vector<std::string>> lag_names() override {
    return std::vector{lags_[0].name, lags_[1].name};
  }
  [[nodiscard]] Result<control::LagStatus> status(std::string_view lag) override {
    return lag == lags_[0].name ? lags_[0] : lags_[1];
  }
  [[nodiscard]] Result<std::vector<control::LagStatus>> lags() override { return lags_; }
  [[nodiscard]] control::Health health() override {
    control::Health health;
    for (const control::LagStatus& lag : lags_) control::add_health(health, lag);
    return health;
  }
  [[nodiscard]] Result<std::vector<dpdk::NamedEvent>> events(std::string_view, std::size_t most) override {
    std::vector<dpdk::NamedEvent> events;
    for (std::size_t i = 0; i < std::min(most, events_most); ++i)
      events.push_back({{.sequence = i + 1, .kind = "mux", .from = "ATTACHED", .to = "COLLECTING"}, "m0"});
    return events;
  }
  [[nodiscard]] Result<dpdk::FlowAnswer> explain(std::string_view lag, std::string_view flow) override {
    if (flow != "udp") return fail(Errc::invalid_argument, "no flow");
    dpdk::FlowAnswer answer;
    answer.lag = lag;
    answer.way.distribution = "flow_hash";
    answer.member = "m0";
    return answer;
  }
  [[nodiscard]] Result<std::vector<dpdk::EthdevStatus>> ports() override {
    return std::vector{port(0, "lan", ""), port(3, "m0", "lag0"), port(7, "m1", "lag0"),
                       port(8, "m2", "lag1")};
  }
  [[nodiscard]] Result<std::vector<dpdk::ExtendedCount>> extended_counts(std::uint16_t) override {
    return std::vector<dpdk::ExtendedCount>{{"rx_good_packets", 5}};
  }
  [[nodiscard]] Result<std::string> execute(const config::Command& command) override {
    ++changes;
    last = command;
    return "done";
  }
  [[nodiscard]] Result<std::string> configuration(console::ConfigVerb verb, const std::string&) override {
    if (verb == console::ConfigVerb::apply || verb == console::ConfigVerb::save) ++changes;
    return "lags: []\n";
  }
  [[nodiscard]] Result<std::string> start_capture(const std::string& file,
                                                  const std::vector<std::string>& of) override {
    ++changes;
    captured_of = of;
    return "capturing into " + file;
  }
  [[nodiscard]] Result<std::string> stop_capture() override {
    ++changes;
    return "3 frames";
  }
  [[nodiscard]] Result<std::string> describe_capture() override { return "no capture is under way"; }
  [[nodiscard]] Result<void> act_on_wire(std::string_view, std::string_view) override {
    ++changes;
    return {};
  }

  [[nodiscard]] control::LagStatus& at(std::size_t i) { return lags_.at(i); }

  std::atomic<int> changes = 0;
  config::Command last{};
  std::size_t events_most = 3;
  std::vector<std::string> captured_of{};

 private:
  static dpdk::EthdevStatus port(std::uint16_t id, std::string name, std::string lag) {
    dpdk::EthdevStatus status;
    status.id = id;
    status.ethdev = "net_ring" + std::to_string(id);
    status.name = std::move(name);
    status.lag = std::move(lag);
    return status;
  }
  static control::LagStatus lag(std::string name, control::Mode mode,
                                const std::vector<std::string>& members) {
    control::LagStatus status;
    status.name = std::move(name);
    status.mode = name_of(mode);
    status.options.mode = mode;
    status.up = true;
    status.taken = instant_from_ns(10'000'000'000);
    for (const std::string& member : members) {
      control::MemberStatus& m = status.members.emplace_back();
      m.name = member;
      m.link = {.up = true, .speed = mbps(10'000)};
      m.mii = failover::DebouncedLink::up;
      m.works = m.collecting = m.distributing = true;
      ++status.distributing_members;
    }
    return status;
  }
  std::vector<control::LagStatus> lags_;
};

}  // namespace lagoon::test
