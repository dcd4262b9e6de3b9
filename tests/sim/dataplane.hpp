// Dataplane: whole LAGs - control::Lag with the fast path's own Distributor, HoldQueue and Collector - over
// wires with different delays, in virtual time, with numbered frames of many conversations between them.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/lag/lag.hpp"
#include "fast/collect/collector.hpp"
#include "fast/distribute/distributor.hpp"
#include "fast/distribute/hold_back.hpp"
#include "fast/steer/hold_queue.hpp"
#include "unit/fast/packets.hpp"

namespace lagoon::sim {

using Frame = std::unique_ptr<test::TestPacket>;

/// A cable: what is on its way in each direction. Taken down, it loses that.
class Wire {
 public:
  /// To the near end (0) and to the far end (1).
  Wire(Duration to_near, Duration to_far) : delay_{to_near, to_far} {}
  void send(std::size_t from, Frame frame, Instant now);
  /// The next frame that has come to that end.
  [[nodiscard]] Frame receive(std::size_t end, Instant now);
  void set_up(bool up);
  [[nodiscard]] bool up() const { return up_; }
  /// Data frames; what LACP says may be lost, too.
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
  struct OnTheWay {
    Instant at{};
    Frame frame;
  };
  std::array<Duration, 2> delay_;
  bool up_ = true;
  std::array<std::deque<OnTheWay>, 2> to_;
  std::uint64_t lost_ = 0;
};

/// Makes numbered frames of conversations, and checks what comes out at the other end.
class Conversations {
 public:
  Conversations(std::size_t count, MacAddress source, MacAddress destination);
  [[nodiscard]] Frame next();
  void delivered(const test::TestPacket& frame);

  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;

 private:
  std::vector<std::vector<std::byte>> headers_;
  std::vector<std::uint32_t> sent_of_;
  std::vector<std::uint32_t> highest_;  // number received last, from 1
  std::vector<std::vector<bool>> seen_;
  std::size_t turn_ = 0;
};

/// One end: a Lag, its worker, and the wire that each member is on.
class End {
 public:
  End(std::size_t number, control::LagSettings settings, std::deque<Wire>& wires, Instant now);
  ~End();
  End(const End&) = delete;
  End& operator=(const End&) = delete;

  void plug(MemberIndex member, std::size_t wire);
  void unplug(MemberIndex member);
  /// Tells the Lag of its wires, lets it run, and takes what came.
  void run(Conversations& arriving, Instant now);
  void offer(Frame frame, Instant now);
  /// What was dropped by name and what is held back now.
  [[nodiscard]] std::uint64_t dropped() const;
  [[nodiscard]] std::size_t held() const { return hold_.size(); }
  [[nodiscard]] const table::PortTable& table() const { return *table_; }

  std::unique_ptr<control::Lag> lag;
  std::array<std::optional<std::size_t>, kMembersMax> wire_of{};

 private:
  friend struct Sender;
  void control(Instant now);
  void send(std::span<test::TestPacket*> frames, Instant now);
  void release(Instant now);

  std::size_t number_;
  std::deque<Wire>& wires_;
  std::unique_ptr<const table::PortTable> table_;
  fast::DistributorState distributor_;
  fast::CollectorState collector_;
  fast::LagCounters counters_;
  fast::HoldQueue<test::TestPacket, fast::kHoldRoom> hold_;
};

/// A learning switch at the far end of all wires, with a station behind it: for modes whose far end is no
/// LAG.
class Bridge {
 public:
  Bridge(std::size_t number, std::deque<Wire>& wires) : number_{number}, wires_{wires} {}
  /// Learns where addresses are, and takes what came for the station.
  void run(Conversations& arriving, const MacAddress& station, Instant now);
  /// To the wire where its destination is, or to all.
  void offer(Frame frame, Instant now);

 private:
  std::size_t number_;
  std::deque<Wire>& wires_;
  std::map<MacAddress, std::size_t> learned_;
};

}  // namespace lagoon::sim
