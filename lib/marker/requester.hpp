// Marker requester, the generator side of 802.1AX-2014 6.5: asks the Partner whether all that was sent on a
// port has arrived there. A Marker goes behind the frames of one worker on one port, so each pair of them is
// asked; when all have been answered, nothing that was sent before is on its way any more.
//
// The Partner need not answer (the responder is mandatory, yet not all have one): the caller does not wait
// for ever. Sans-IO. Thread: one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.hpp"
#include "base/mac_address.hpp"
#include "base/ring_queue.hpp"
#include "base/time.hpp"
#include "wire/marker_pdu.hpp"

namespace lagoon::marker {

struct Question {
  MemberIndex member{};
  std::size_t worker = 0;
  wire::MarkerPdu pdu{};
};

struct RequesterCounters {
  std::uint64_t sent = 0;
  std::uint64_t answered = 0;
  std::uint64_t unanswered = 0;  // given up when the caller waited no longer
  std::uint64_t late = 0;        // answers to questions that were given up
  std::uint64_t above_rate = 0;  // not asked, since the port had been asked too often
  friend bool operator==(const RequesterCounters&, const RequesterCounters&) = default;
};

class Requester {
 public:
  /// Begins a round of questions; the one before is given up. `port_of(m)`: the port's number. Nothing is
  /// asked of a port that was asked kPerSecond times in the last second (802.3 57A.2 bounds slow protocols),
  /// and then the round can't be answered.
  template <typename PortOf>
  void ask(std::uint32_t members, std::size_t workers, const MacAddress& system, PortOf port_of,
           Instant now) {
    give_up();
    for (std::size_t m = 0; m < kMembersMax; ++m)
      if ((members >> m & 1U) != 0)
        ask_one(MemberIndex{static_cast<std::uint8_t>(m)}, workers, system,
                port_of(MemberIndex{static_cast<std::uint8_t>(m)}), now);
  }
  /// Waits no longer for answers.
  void give_up();
  /// The member is gone: its questions will not be answered.
  void forget(MemberIndex member);

  /// Questions to send, behind what the worker has sent on the port; ask until there is none.
  [[nodiscard]] std::optional<Question> transmit();
  /// A Marker Response that came on `member`. False: it is not an answer to us.
  [[nodiscard]] bool receive(MemberIndex member, const wire::MarkerPdu& pdu);
  /// Something was asked, and all of it was answered.
  [[nodiscard]] bool answered() const noexcept { return complete_ && !open_any(); }
  [[nodiscard]] const RequesterCounters& counters() const noexcept { return counters_; }

 private:
  static constexpr std::size_t kPerSecond = 5;
  static constexpr Duration kWindow = 1s;
  struct Asked {
    Question question{};
    bool sent = false;
    bool answered = false;
  };

  void ask_one(MemberIndex member, std::size_t workers, const MacAddress& system, std::uint16_t port,
               Instant now);
  [[nodiscard]] bool open_any() const noexcept;

  std::vector<Asked> asked_;
  bool complete_ = false;  // everybody who was to be asked is
  std::uint32_t transaction_ = 0;
  std::uint32_t first_transaction_ = 1;  // of this round
  std::array<RingQueue<Instant, kPerSecond>, kMembersMax> asked_at_{};
  RequesterCounters counters_{};
};

}  // namespace lagoon::marker
