// World: pairs of boxes, one etcd, a Partner for each pair, and a LAN behind it, in virtual time and from one
// seed. After each thing that happens it checks that no two boxes have a valid table under one System ID, and
// that no frame arrives twice or is reflected.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "box.hpp"
#include "cluster/request.hpp"
#include "etcd_model.hpp"
#include "partner_model.hpp"
#include "support/prng.hpp"
#include "timeline.hpp"

namespace lagoon::sim::cluster {

struct Settings {
  std::size_t pairs = 1;
  double rates = 0.05;  // clocks run at 1 +- this
  bool frames = true;
  Broken broken = Broken::nothing;
  std::uint8_t members = 1;  // of each LAG at each box
  lc::WhenIsolated isolated = lc::WhenIsolated::ask_partner;
  lc::Revert revert = lc::Revert::never;
  Duration frame_interval = 5ms;
  double slow_workers = 0.1;                    // how often a worker takes up to 500 ms for a table
  std::optional<PartnerModel::Kind> partner{};  // else by chance
  std::optional<std::string> prefer{};          // else by chance
};

/// A way that messages go, one direction of it.
struct Way {
  bool cut = false;
  double loss = 0;
  double late = 0;  // how many are late, by up to 3 s (of a cable: none)
};

inline constexpr std::size_t kWhys = 16;

class World {
 public:
  World(const Settings& settings, std::uint64_t seed);
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World() = default;

  void run_for(Duration d) { agenda_.run_until(agenda_.now() + d); }
  /// True as soon as it holds, looked at each 10 ms.
  bool run_until(const std::function<bool()>& holds, Duration most);

  // Faults; pair 0 where a pair is not named.
  void pause(std::size_t box, Duration d, bool with_outputs_in_hand);
  void hang_control(std::size_t box, Duration d);
  void crash(std::size_t box);
  void start(std::size_t box);
  void leave(std::size_t box);
  void set_uplinks(std::size_t box, bool up) { boxes_.at(box).uplinks = up; }
  void set_link(std::size_t box, bool up);
  void silence_watch(std::size_t box) { etcd_.end_watch(box); }
  void want(std::size_t pair, const std::string& node);
  [[nodiscard]] Way& to_etcd(std::size_t box, std::size_t member) { return ways_.at(box).to_etcd.at(member); }
  [[nodiscard]] Way& from_etcd(std::size_t box, std::size_t member) {
    return ways_.at(box).from_etcd.at(member);
  }
  [[nodiscard]] Way& to_peer(std::size_t box) { return ways_.at(box).to_peer; }
  [[nodiscard]] Way& to_partner(std::size_t box) { return ways_.at(box).to_partner; }
  [[nodiscard]] Way& from_partner(std::size_t box) { return ways_.at(box).from_partner; }
  void heal();

  [[nodiscard]] EtcdModel& etcd() noexcept { return etcd_; }
  [[nodiscard]] Box& box(std::size_t index) { return boxes_.at(index); }
  [[nodiscard]] Instant now() const noexcept { return agenda_.now(); }
  [[nodiscard]] test::Prng& prng() noexcept { return prng_; }
  /// Frames go both ways through this box.
  [[nodiscard]] bool carries(std::size_t box) const;
  [[nodiscard]] std::size_t carriers(std::size_t pair) const {
    return carries(2 * pair) + carries(2 * pair + 1);
  }
  /// Broadcasts of the LAN that arrived at the Partner, and that did not.
  [[nodiscard]] std::uint64_t arrived() const noexcept { return arrived_; }
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }
  /// The first thing that must not be; empty: nothing was.
  [[nodiscard]] const std::string& violation() const noexcept { return violation_; }
  [[nodiscard]] std::string story() const;
  /// How often a LAG came to be something for each reason (cluster::Why).
  [[nodiscard]] const std::array<std::uint64_t, kWhys>& reached() const noexcept { return reached_; }

 private:
  struct Ways {
    std::array<Way, EtcdModel::kMembers> to_etcd{}, from_etcd{};
    Way to_peer{}, to_partner{}, from_partner{};
  };

  void send(const Way& way, std::function<void()> arrives);
  void send_by_cable(const Way& way, Instant& last, std::function<void()> arrives);
  void at_box(std::size_t box, std::function<void()> deed);
  void turn(std::size_t box);
  void resume(std::size_t box);
  void end(std::size_t box, std::uint64_t life, int left);
  void take_orders(Box& box);
  void put_out(Box& box, std::function<void()> deed);
  void ask(std::size_t box, const lc::Request& request);
  void lacp(Box& box);
  void send_pdu(Box& box);
  void tell_boxes(std::size_t pair);
  void each_turn(std::size_t box);
  void each_second_tenth();
  void each_frame();
  void broadcast(std::size_t pair);
  void check(std::size_t pair);
  void broken(const std::string& what);
  [[nodiscard]] bool forwards(const Box& box) const;
  [[nodiscard]] Duration some(Duration least, Duration most);

  Settings settings_;
  test::Prng prng_;
  Agenda agenda_{};
  EtcdModel etcd_;
  std::vector<PartnerModel> partners_{};
  std::vector<Box> boxes_{};
  std::vector<Ways> ways_{};
  std::uint64_t incarnations_ = 0;
  std::vector<std::uint8_t> seen_{};  // how often each frame of pair 0's LAN arrived at the Partner
  std::array<std::uint64_t, kWhys> reached_{};
  std::uint64_t arrived_ = 0;
  std::uint64_t lost_ = 0;
  bool healed_ = false;  // from then on boxes that end start again
  std::string violation_{};
};

}  // namespace lagoon::sim::cluster
