// Random commands over the whole grammar, valid and not: names, devices and interfaces collide on purpose,
// and values are what some key takes, or nonsense.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/command/command.hpp"
#include "config/model.hpp"
#include "support/prng.hpp"

namespace lagoon::test {

/// A command in words, as an operator gives it.
struct SpokenCommand {
  std::string lag;
  std::string verb;
  std::string argument;
  [[nodiscard]] std::string text() const { return lag + " " + verb + " " + argument; }
};

class RandomCommands {
 public:
  /// `sources`: what a member may be made of, "dev: net_null3" or "wire: w0", some of it in use.
  RandomCommands(std::uint64_t seed, std::vector<std::string> sources)
      : prng_{seed}, sources_{std::move(sources)}, keys_{config::run_time_keys()} {}

  [[nodiscard]] SpokenCommand next(const config::Config& running) {
    const config::Lag& lag = running.lags[prng_.below(running.lags.size())];
    if (one_in(50)) return {one_in(2) ? "nolag" : lag.name, "dance", member(lag)};
    switch (prng_.below(10)) {
      case 0:
      case 1:
        return {lag.name, "add", added(running)};
      case 2:
        return {lag.name, "remove", member(lag)};
      case 3:
        return {lag.name, one_of({"enable", "disable", "drain", "activate"}), member(lag)};
      case 4:
        return {lag.name, "weight", member(lag) + " " + one_of({"1", "20", "1000000", "auto", "0", "x"})};
      case 5:
        return {lag.name, "move",
                one_of({"0-99", "17", "all", "4096", "5-1"}) + (one_in(3) ? " of " + member(lag) : "") +
                    " to " + (one_in(4) ? "any" : member(lag))};
      default:
        return {lag.name, "set", key() + ": " + value(lag)};
    }
  }

  [[nodiscard]] bool one_in(std::uint64_t n) { return prng_.below(n) == 0; }

 private:
  [[nodiscard]] std::string one_of(const std::vector<std::string>& all) {
    return all[prng_.below(all.size())];
  }

  [[nodiscard]] std::string member(const config::Lag& lag) {
    if (lag.members.empty() || one_in(8)) return one_of({"nobody", "m1", "m2", "net_null3"});
    return lag.members[prng_.below(lag.members.size())].name;
  }

  // With a name that another member has now and then, or a port number that one has.
  [[nodiscard]] std::string added(const config::Config& running) {
    if (one_in(30)) return one_of({"net_a", "{ dev: eth0 }", "{ name: x }", "{ dev: net_a", "[]", ""});
    const config::Lag& any = running.lags[prng_.below(running.lags.size())];
    std::string text = one_of(sources_);
    if (one_in(2)) text += ", name: " + (one_in(3) ? member(any) : "m" + std::to_string(prng_.below(6)));
    if (one_in(3)) text += ", weight: " + one_of({"1", "7", "1000", "1000001"});
    if (one_in(4)) text += ", speed: " + one_of({"1G", "10G", "fast"});
    if (one_in(4)) text += ", priority: " + one_of({"-5", "0", "9"});
    if (one_in(4)) text += ", state: " + one_of({"enabled", "drained", "disabled", "asleep"});
    if (one_in(3)) text += ", lacp: { port-number: " + one_of({"1", "2", "3", "50", "0", "70000"}) + " }";
    return "{ " + text + " }";
  }

  [[nodiscard]] std::string key() {
    if (one_in(20)) return one_of({"mode", "members", "name", "hsah", "lacp.rat", "mac", ""});
    // (what other things depend on comes more often)
    if (one_in(3))
      return one_of({"min-links", "min-links-up", "max-links", "primary", "lacp.key", "lacp.system-id",
                     "arp-interval", "arp-ip-target", "fail-over-mac", "weight-unit"});
    return keys_[prng_.below(keys_.size())];
  }

  static std::vector<std::string> parts_of(std::string_view text) {
    std::vector<std::string> parts;
    for (;;) {
      const std::size_t end = text.find('|');
      parts.emplace_back(text.substr(0, end));
      if (end == std::string_view::npos) return parts;
      text.remove_prefix(end + 1);
    }
  }

  [[nodiscard]] std::string value(const config::Lag& lag) {
    static const std::vector<std::string> kValues = parts_of(
        "0|1|2|3|5|64|100|70000|-1|true|false|yes|none|any|auto|random|all|off|fast|slow|active|passive|"
        "follow|l2+3|"
        "l3+4|[l2, "
        "l3]|stable|0s|1ms|10ms|100ms|1s|10s|1h|1G|10G|1M|500k|5%|50%|100%|at-once|flowlet|marker|hold|"
        "[3, 4]|[]|{}|~|'|[10.0.0.1]|[10.0.0.2, "
        "10.0.0.1@5]|[fe80::1]|better|failure|always|backup|rx|tx|both|"
        "{ hold: 5s }|{ hold: 9s, hold-max: 1s }|{ start: 10%, stop: 20% }|{ interval: 1s, start: 20%, stop: "
        "5% }|"
        "02:00:00:00:00:0a|02:00:00:00:00:0b|01:00:00:00:00:01|[01:00:5e:00:00:05]|[02:00:00:00:00:77]|[10, "
        "20-30]|"
        "1500|9000|bucket|bandwidth|count|port-priority|{ classes: [{ name: voice, priority: 0, pcp: [5] }] "
        "}|"
        "{ default-class: nobody }");
    return one_in(4) ? member(lag) : kValues[prng_.below(kValues.size())];
  }

  Prng prng_;
  std::vector<std::string> sources_;
  std::vector<std::string> keys_;
};

}  // namespace lagoon::test
