// Network: two control::Lags and the cables between them in virtual time, where parts fail: cables lose
// carrier, frames or one direction, an end stands still, an end is killed and starts anew, and an Attacker
// sits at one cable.
//
// A worker lets flood-limit LACPDUs a second of a member through (fast path); that is done here as well.
// After every step what must hold of an end holds, or Broken is thrown, with the seed.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "attacker.hpp"
#include "control/lag/lag.hpp"
#include "support/prng.hpp"

namespace lagoon::sim::chaos {

class Broken : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Settings {
  std::size_t cables = 3;
  control::LagOptions options{};
  std::size_t attacked = 0;  // the Attacker's cable
};

class Network {
 public:
  Network(const Settings& settings, std::uint64_t seed);

  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] test::Prng& prng() { return prng_; }
  [[nodiscard]] MemberSet all() const;
  [[nodiscard]] MemberSet distributing(std::size_t end) const { return ends_[end].lag->distributing(); }
  /// Both ends carry on these members, and no others.
  [[nodiscard]] bool carries(MemberSet members) const {
    return distributing(0) == members && distributing(1) == members;
  }
  void run_for(Duration time);
  [[nodiscard]] bool run_until(const std::function<bool()>& fact, Duration patience);
  void after_each_step(std::function<void()> check) { check_ = std::move(check); }
  [[noreturn]] void broken(const std::string& sentence) const;

  void set_carrier(std::size_t cable, bool up);
  void set_loss(std::size_t cable, std::size_t towards, double loss) { cables_[cable].loss[towards] = loss; }
  /// Neither hears, speaks nor sees the time until then; what comes waits in its rings, as far as they go.
  void stand(std::size_t end, Duration time);
  /// A new process of the same configuration.
  void restart(std::size_t end);
  /// So many frames a second, towards both ends or one.
  void attack(double per_second, bool both) { rate_ = per_second, both_ = both; }
  void heal();

 private:
  struct Cable {
    bool carrier = false;
    std::array<double, 2> loss{};  // towards an end
  };
  struct Waiting {
    MemberIndex member{};
    wire::ControlFrame frame{};
  };
  struct End {
    control::LagSettings settings{};
    std::unique_ptr<control::Lag> lag{};
    std::unique_ptr<const table::PortTable> table{};
    std::optional<Instant> stands_until{};
    std::deque<Waiting> waiting{};
    std::array<std::uint64_t, kMembersMax> passed{};   // LACPDUs in this second
    std::array<std::uint64_t, kMembersMax> dropped{};  // above the limit
    std::array<std::deque<Instant>, kMembersMax> sent{};
    std::array<bool, kMembersMax> link{};  // as it was told
  };

  [[nodiscard]] bool stands(const End& end) const { return end.stands_until && *end.stands_until > now_; }
  [[nodiscard]] Instant next_time() const;
  void happen();
  void arrive(std::size_t to, MemberIndex member, const wire::ControlFrame& frame);
  void deliver(std::size_t to, const Waiting& waiting);
  void send(std::size_t from, MemberIndex member, const wire::ControlFrame& frame);
  void tell_link(std::size_t end, std::size_t cable);
  void each_second();
  void settle(std::size_t end);
  void check(std::size_t end);

  std::uint64_t seed_;
  test::Prng prng_;
  Settings settings_;
  Attacker attacker_;
  Instant now_{1s};
  Instant next_second_{2s};
  std::optional<Instant> next_attack_{};
  double rate_ = 0;
  bool both_ = false;
  std::uint64_t sequence_ = 0;
  std::vector<Cable> cables_;
  std::array<End, 2> ends_{};
  std::map<std::pair<Instant, std::uint64_t>, std::pair<std::size_t, Waiting>> under_way_;
  std::function<void()> check_{};
};

}  // namespace lagoon::sim::chaos
