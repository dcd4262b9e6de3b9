// Intake: what the control lcore takes in, in each turn: frames of members, and frames that stations behind
// the LAGs send and control has to see. Whatever comes, the work of a turn has a bound, and every member and
// every LAG has its turn.
//
//   member:  own socket, or own receive queue --+
//            ring of LACPDUs -------------------+--> LACPDUs, member by member     first
//            ring of Markers ----------------------> the same                      then
//            ring of BFD --------------------------> the same                      then
//            rings of LLDP, of ARP and ND ---------> the same                      then
//   LAG:     ring of frames on their way out ------> LAG by LAG                    last
//
// It also counts anew each second how many LACPDUs of a member may pass, and tells its LAG how many did not.
//
// Thread: the control lcore.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/time.hpp"
#include "dpdk/control/lag_runtime.hpp"
#include "dpdk/snapshot/member_punts.hpp"

namespace lagoon::dpdk {

class Intake {
 public:
  explicit Intake(std::span<const std::unique_ptr<LagRuntime>> lags) : lags_{lags} {}

  /// Members have come or gone.
  void list_members();
  /// True when it found something to act on.
  bool turn(Descriptors heard, Instant now);
  /// All that workers have handed over of one member: it leaves.
  void take_rest(LagRuntime& lag, MemberIndex member, Instant now);

 private:
  struct Source {
    LagRuntime* lag = nullptr;
    MemberIndex member{};
    MemberRuntime* runtime = nullptr;
    std::uint64_t above = 0;  // LACPDUs that did not pass, as told last
  };
  void renew_limits(Instant now);
  bool take(PuntKind kind, Instant now);
  bool poll_queue(const Source& source, Instant now);
  bool poll_socket(const Source& source, Instant now);
  bool take_outgoing(Instant now);

  std::span<const std::unique_ptr<LagRuntime>> lags_;
  std::vector<Source> sources_;
  std::array<std::size_t, kPuntKinds> next_{};  // by kind: the source that is first in the next turn
  std::size_t next_lag_ = 0;
  Instant renewed_{};
};

}  // namespace lagoon::dpdk
