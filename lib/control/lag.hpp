// Lag: one LAG with all its protocols. It takes frames, link states and the time, and gives frames to send
// and PortTables to publish. Sans-IO, like the protocols under it: no port, no clock, no callback.
//
// Thread: the control lcore, or whoever stands for it (a test, a simulator).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/link_state.hpp"
#include "base/mac_address.hpp"
#include "base/ring_queue.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "control/journal.hpp"
#include "control/lag_options.hpp"
#include "control/status.hpp"
#include "dist/bucket_map.hpp"
#include "lacp/aggregator.hpp"
#include "lacp/config.hpp"
#include "marker/responder.hpp"
#include "table/port_table.hpp"
#include "wire/slow_frame.hpp"

namespace lagoon::control {

struct MemberSettings {
  std::string name;
  MacAddress address{};  // source of the LACPDUs
  lacp::PortConfig lacp{};
  std::optional<BitsPerSecond> speed{};  // instead of the link's
};

struct LagSettings {
  std::string name;
  MacAddress address{};
  lacp::AggregatorConfig lacp{};
  dist::FlowHashSettings hash{};
  MoveHold hold{};
  std::vector<MemberSettings> members;  // at most kMembersMax
};

struct OutgoingFrame {
  MemberIndex member{};
  wire::SlowFrame frame{};
};

class Lag {
 public:
  Lag(LagSettings settings, Instant now);

  /// A whole slow-protocol frame, as a member received it. Anything may be in it.
  void frame_received(MemberIndex member, std::span<const std::byte> frame, Instant now);
  /// True when this is news.
  bool link_changed(MemberIndex member, LinkState link, Instant now);
  void expire(Instant now);
  /// Tells every Partner that we leave. Done when drained() and transmit() gives nothing.
  void shut_down(Instant now);
  [[nodiscard]] bool drained() const noexcept { return aggregator_.drained() && responses_.empty(); }

  /// When expire() or take_table() is next due.
  [[nodiscard]] std::optional<Instant> deadline() const noexcept;
  /// Frames to send now; ask until there is none.
  [[nodiscard]] std::optional<OutgoingFrame> transmit(Instant now);
  /// The table to publish, if what the fast path can see has changed. The first call always gives one.
  [[nodiscard]] std::unique_ptr<const table::PortTable> take_table(Instant now);

  [[nodiscard]] const LagSettings& settings() const noexcept { return settings_; }
  [[nodiscard]] bool up() const noexcept { return aggregator_.up(); }
  [[nodiscard]] const Journal& journal() const noexcept { return journal_; }
  /// Without what the workers count; the caller adds it.
  [[nodiscard]] LagStatus status(Instant now) const;

 private:
  struct Member {
    LinkState link{};
    marker::Responder responder{};
    std::uint64_t link_failures = 0;
  };

  void drain_events();
  [[nodiscard]] std::uint32_t capacity(MemberIndex member) const;

  LagSettings settings_;
  lacp::Aggregator aggregator_;
  std::vector<Member> members_;
  std::array<std::uint64_t, wire::kSlowFrameErrors> frame_errors_{};
  std::uint64_t response_queue_full_ = 0;
  RingQueue<OutgoingFrame, 64> responses_;
  Journal journal_;

  void note_moves(const dist::BucketMap& before, std::uint32_t distributed_before, Instant now);

  dist::BucketPlan bucket_plan_;
  std::array<std::uint32_t, kMembersMax> capacity_{};
  std::array<std::uint32_t, kMembersMax> buckets_{};
  std::uint32_t published_collecting_ = 0;
  std::uint32_t published_distributing_ = 0;
  std::array<std::uint32_t, kMembersMax> published_capacity_{};
  std::uint64_t generation_ = 0;
  dist::BucketMap published_map_{};
  std::array<std::uint64_t, dist::kBuckets / 64> held_{};
  std::optional<Instant> held_until_{};
};

}  // namespace lagoon::control
