// MemberSessions: micro-BFD on the members of one LAG (RFC 7130), a session for each (bfd/session.hpp). A
// member whose session takes it out leaves distributing() as with the target monitor; LACP is not told, and
// the member goes on collecting, so that the other end's own BFD decides for its direction.
//
// A session is there, and answers, while the member's link is up; it begins when LACP has the member
// distributing, or where there is no LACP when its link is up. With addresses on `auto` both ends are Lagoons
// that hear each other by LLDP: the one with the lower Chassis ID is 169.254.7.1, the other 169.254.7.2.
//
// Sans-IO. Thread: one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/ids.hpp"
#include "base/mac_address.hpp"
#include "base/member_set.hpp"
#include "base/ring_queue.hpp"
#include "base/time.hpp"
#include "bfd/session.hpp"
#include "options/bfd_options.hpp"
#include "wire/control_frame.hpp"

namespace lagoon::control {

struct BfdFrameOut {
  MemberIndex member{};
  wire::ControlFrame frame{};
};

struct SessionEvent {
  MemberIndex member{};
  bfd::Event what{};
  std::string words{};
};

class MemberSessions {
 public:
  /// `seed`: of discriminators and jitter; another one in each process.
  MemberSessions(const BfdOptions& options, std::uint64_t seed) noexcept : options_{options}, seed_{seed} {}

  /// Also where a member's interface is back with another address: its session begins anew.
  void add(MemberIndex member, const MacAddress& source) noexcept {
    source_[member.value()] = source;
    sessions_[member.value()].reset();
  }
  void remove(MemberIndex member) { sessions_[member.value()].reset(); }
  void set_options(const BfdOptions& options, Instant now);
  /// Members whose links are up, and those of them whose sessions are to begin: before that they answer.
  void follow(MemberSet up, MemberSet wanted, Instant now);
  /// By LLDP: whether the Lagoon at the other end has the higher Chassis ID.
  void other_end(MemberIndex member, bool is_higher, Instant now);
  /// Times that LACP has found another Partner: whether that one has BFD is to be learned.
  void partner_changes(MemberIndex member, std::uint64_t times) noexcept;

  /// Nobody looked at frames for `gap`.
  void slept(Duration gap, Instant now) noexcept;
  enum class Taken : std::uint8_t {
    no,       // it is no frame of micro-BFD
    as_ever,  // it is, and nothing follows from it
    as_news,
  };
  [[nodiscard]] Taken receive(MemberIndex member, std::span<const std::byte> frame, Instant now);
  void expire(Instant now);
  [[nodiscard]] std::optional<BfdFrameOut> transmit(Instant now);
  [[nodiscard]] std::optional<Instant> deadline() const noexcept;
  /// Ends the session; the frame is for the peer, if there is one.
  [[nodiscard]] std::optional<wire::ControlFrame> farewell(MemberIndex member) noexcept;
  [[nodiscard]] std::optional<SessionEvent> take_event() { return events_.pop(); }

  [[nodiscard]] bool enabled() const noexcept { return options_.enabled; }
  [[nodiscard]] bool blocks(MemberIndex member) const noexcept {
    const auto& session = sessions_[member.value()];
    return session != nullptr && session->blocks();
  }
  /// Null: there is none.
  [[nodiscard]] const bfd::Session* session(MemberIndex member) const noexcept {
    return sessions_[member.value()].get();
  }

 private:
  static constexpr std::size_t kEventsMax = 64;
  void begin(MemberIndex member, const bfd::Options& options);
  void note(MemberIndex member, const std::optional<bfd::Event>& event);
  template <typename Function>
  void for_each_session(Function function);

  BfdOptions options_;
  std::uint64_t seed_;
  std::uint32_t begun_ = 0;  // sessions, for discriminators
  MemberSet up_ = 0;
  MemberSet wanted_ = 0;
  std::array<MacAddress, kMembersMax> source_{};
  std::array<std::uint64_t, kMembersMax> partners_{};
  std::array<std::unique_ptr<bfd::Session>, kMembersMax> sessions_{};
  RingQueue<SessionEvent, kEventsMax> events_{};
};

}  // namespace lagoon::control
