// A LAG's members, a partner, and targets behind it, in virtual time: links that lose frames or swallow
// them in one direction, a partner that learns addresses or hashes them, targets that answer or are dead.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "monitor/target_monitor.hpp"
#include "support/prng.hpp"

namespace lagoon::test {

enum class Partner : std::uint8_t {
  learning,    // a bridge; every member is a port of its own (active-backup)
  hashing,     // answers to an address come over link number `address mod links`, as Linux's layer2 has it
  first_link,  // a LAG that sends everything over its first link
};

struct Link {
  bool lost_out = false;  // a blackhole, from the member
  bool lost_in = false;   // and to it
  double loss = 0;        // of each frame, in each direction
  Duration traffic{};     // other frames come in that often; 0: none
};

struct Change {
  Instant at{};
  std::size_t member = 0;
  bool alive = false;
};

class SmallNetwork {
 public:
  SmallNetwork(monitor::TargetOptions options, std::size_t members, Partner partner, std::uint64_t seed = 1,
               Instant start = Instant{1s});

  /// Everything until then, and then everything at that time.
  void run_until(Instant at);
  void run_for(Duration d) { run_until(now_ + d); }
  void link_up(std::size_t member, bool up);
  void remove(std::size_t member);
  void set_active(std::optional<std::size_t> member);
  void inject(std::size_t member, const wire::ControlFrame& frame);

  [[nodiscard]] Instant now() const noexcept { return now_; }
  [[nodiscard]] bool alive(std::size_t member) const { return monitor_.alive(index(member)); }
  [[nodiscard]] monitor::MemberHealth health(std::size_t member) const {
    return monitor_.health(index(member));
  }
  /// "UD": the first member is alive, the second is not.
  [[nodiscard]] std::string picture() const;
  [[nodiscard]] static constexpr MemberIndex index(std::size_t member) noexcept {
    return MemberIndex{static_cast<std::uint8_t>(member)};
  }
  monitor::TargetMonitor& monitor() noexcept { return monitor_; }

  std::vector<Link> links;
  std::vector<bool> target_dead;
  std::vector<Change> changes;
  std::vector<std::size_t> which_used;                  // of each probe
  std::vector<std::pair<Instant, std::size_t>> probes;  // when, and of which member
  bool deadline_was_in_the_past = false;
  static constexpr MacAddress kBase{{0x02, 0x9a, 0x11, 0x22, 0x33, 0}};

 private:
  struct Arrival {
    std::size_t member = 0;
    wire::ControlFrame frame{};
  };
  void sent(const monitor::Probe& probe);
  void answer(std::size_t target, const wire::ControlFrame& question, std::size_t came_in_on);
  void to_member(std::size_t member, const wire::ControlFrame& frame, Duration delay);
  [[nodiscard]] std::size_t link_to(const MacAddress& mac) const;
  void settle();
  void count();

  monitor::TargetMonitor monitor_;
  Partner partner_;
  Prng prng_;
  Instant now_;
  Instant next_count_;
  std::vector<HostAddress> targets_;
  std::vector<bool> there_;
  std::vector<bool> was_alive_;
  std::vector<std::uint64_t> frames_;
  std::vector<Instant> next_traffic_;
  std::map<MacAddress, std::size_t> learned_;
  std::multimap<Instant, Arrival> arrivals_;
};

}  // namespace lagoon::test
