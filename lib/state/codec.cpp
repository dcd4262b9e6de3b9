// One function for each struct says what it is made of, for the writer and for the reader alike.
#include "state/codec.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/ids.hpp"
#include "dist/crc32c.hpp"
#include "lacp/constants.hpp"

namespace lagoon::state {

namespace {

constexpr std::array<char, 8> kMagic{'L', 'A', 'G', 'O', 'O', 'N', 'S', 'T'};
constexpr std::uint16_t kVersion = 2;
constexpr std::size_t kHead = kMagic.size() + 2 + 4 + 4;  // magic, version, length, checksum

[[nodiscard]] std::uint32_t checksum(std::span<const std::byte> octets) noexcept {
  std::uint32_t crc = ~0U;
  for (const std::byte octet : octets)
    crc = dist::portable::crc32c(crc, std::to_integer<std::uint64_t>(octet), 1);
  return ~crc;
}

class Writer {
 public:
  template <std::unsigned_integral T>
  void number(T& value) {
    for (std::size_t i = sizeof(T); i-- > 0;)
      octets_.push_back(static_cast<std::byte>((std::uint64_t{value} >> (8 * i)) & 0xff));
  }
  void text(std::string& text) {
    auto size = static_cast<std::uint16_t>(std::min<std::size_t>(text.size(), 0xffff));
    number(size);
    for (std::size_t i = 0; i < size; ++i) octets_.push_back(static_cast<std::byte>(text[i]));
  }
  void expect(bool) noexcept {}
  template <typename T>
  [[nodiscard]] static std::uint32_t count_of(const std::vector<T>& list) noexcept {
    return static_cast<std::uint32_t>(list.size());
  }
  [[nodiscard]] static constexpr bool failed() noexcept { return false; }
  static constexpr bool kReads = false;

  std::vector<std::byte> octets_;
};

// Once it has failed it gives zeros.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> octets) noexcept : octets_{octets} {}

  template <std::unsigned_integral T>
  void number(T& value) noexcept {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) sum = (sum << 8) | next();
    value = failed_ ? T{} : static_cast<T>(sum);
  }
  void text(std::string& text) {
    std::uint16_t size = 0;
    number(size);
    expect(size <= octets_.size() - at_);
    if (failed_) return;
    text.resize(size);
    for (char& c : text) c = static_cast<char>(next());
  }
  void expect(bool holds) noexcept { failed_ = failed_ || !holds; }
  template <typename T>
  [[nodiscard]] static std::uint32_t count_of(const std::vector<T>&) noexcept {
    return 0;
  }
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] bool ended_well() const noexcept { return !failed_ && at_ == octets_.size(); }
  static constexpr bool kReads = true;

 private:
  [[nodiscard]] std::uint64_t next() noexcept {
    if (at_ == octets_.size()) failed_ = true;
    return failed_ ? 0 : std::to_integer<std::uint64_t>(octets_[at_++]);
  }
  std::span<const std::byte> octets_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

// What a value is on its way: the archive's number, held against what the value can be.

template <typename A>
void walk(A& a, bool& value) {
  std::uint8_t octet = value ? 1 : 0;
  a.number(octet);
  a.expect(octet <= 1);
  value = octet != 0;
}
template <typename A>
void walk(A& a, MacAddress& mac) {
  for (std::uint8_t& octet : mac.octets) a.number(octet);
}
template <typename A>
void walk(A& a, Duration& duration) {
  auto ns = static_cast<std::uint64_t>(duration.count());
  a.number(ns);
  duration = Duration{static_cast<std::int64_t>(ns)};
}
template <typename A>
void walk(A& a, Instant& at) {
  Duration since = at.time_since_epoch();
  walk(a, since);
  // (so that no sum with a timeout overflows)
  a.expect(since >= Duration::zero() && since < std::chrono::hours{24 * 365 * 100});
  at = Instant{since};
}
template <typename A>
void walk(A& a, MemberIndex& member) {
  std::uint8_t value = member.value();
  a.number(value);
  a.expect(value < kMembersMax);
  member = MemberIndex{value};
}
template <typename A, typename T>
void walk(A& a, std::optional<T>& value) {
  bool is_there = value.has_value();
  walk(a, is_there);
  if (A::kReads && is_there) value.emplace();
  if (value) walk(a, *value);
}
// How long a list may be: a few octets must not ask for much memory.
template <typename T>
constexpr std::uint32_t kMost = 4096;
template <>
constexpr std::uint32_t kMost<control::SavedLag> = 512;
template <>
constexpr std::uint32_t kMost<control::SavedMember> = kMembersMax;

template <typename A, typename T>
void walk(A& a, std::vector<T>& list) {
  std::uint32_t count = a.count_of(list);
  a.number(count);
  a.expect(count <= kMost<T>);
  for (std::uint32_t i = 0; i < count && !a.failed(); ++i) {
    if constexpr (A::kReads) list.emplace_back();
    walk(a, list[i]);
  }
}
// The few of them that are somewhere.
template <typename A, std::size_t N>
void walk(A& a, std::array<std::uint8_t, N>& members) {
  auto count = static_cast<std::uint16_t>(
      std::ranges::count_if(members, [](std::uint8_t m) { return m != control::kNoMember; }));
  a.number(count);
  a.expect(count <= N);
  if constexpr (A::kReads) members.fill(control::kNoMember);
  std::uint16_t at = 0;
  for (std::size_t i = 0; i < std::min<std::size_t>(count, N); ++i, ++at) {
    if constexpr (!A::kReads)
      while (members[at] == control::kNoMember) ++at;
    a.number(at);
    a.expect(at < N);
    std::uint8_t member = at < N ? members[at] : control::kNoMember;
    a.number(member);
    a.expect(member < kMembersMax);
    if (A::kReads && at < N) members[at] = member;
  }
}

template <typename A>
void walk(A& a, wire::LacpInfo& info) {
  a.number(info.system_priority);
  walk(a, info.system);
  a.number(info.key);
  a.number(info.port_priority);
  a.number(info.port_number);
  a.number(info.state);
}
template <typename A>
void walk(A& a, wire::RetryCounts& counts) {
  a.number(counts.actor);
  a.number(counts.partner);
}
template <typename A>
void walk(A& a, wire::Lacpdu& pdu) {
  a.number(pdu.version);
  walk(a, pdu.actor);
  walk(a, pdu.partner);
  a.number(pdu.collector_max_delay);
  walk(a, pdu.retry);
}
template <typename A>
void walk(A& a, lacp::SavedRetry& retry) {
  walk(a, retry.known);
  for (std::uint8_t* const count : {&retry.ours, &retry.partner}) {
    a.number(*count);
    a.expect(*count >= lacp::kRetryStandard && *count <= lacp::kRetryMost);
  }
}
template <typename A>
void walk(A& a, lacp::SavedPort& port) {
  walk(a, port.actor);
  walk(a, port.heard);
  auto mux = std::to_underlying(port.mux);
  a.number(mux);
  const auto last = std::to_underlying(lacp::MuxState::distributing);
  a.expect(mux >= std::to_underlying(lacp::MuxState::attached) && mux <= last);
  port.mux = static_cast<lacp::MuxState>(std::min(mux, last));
  walk(a, port.sent);
  walk(a, port.heard_at);
  walk(a, port.current_while);
  walk(a, port.retry);
}
template <typename A>
void walk(A& a, control::SavedMember& member) {
  walk(a, member.index);
  a.text(member.name);
  walk(a, member.port);
}
template <typename A>
void walk(A& a, control::LaneWishes& wishes) {
  walk(a, wishes.member);
  walk(a, wishes.pin_member);
  for (std::size_t i = 0; i < dist::kPins; ++i) {
    wishes.pins[i].used = wishes.pin_member[i] != control::kNoMember;
    if (wishes.pins[i].used) a.number(wishes.pins[i].hash);
  }
}
template <typename A>
void walk(A& a, control::SavedLag& lag) {
  a.text(lag.name);
  a.number(lag.hash_seed);
  walk(a, lag.up);
  walk(a, lag.active);
  walk(a, lag.members);
  walk(a, lag.placed);
  walk(a, lag.wishes);
}
template <typename A>
void walk(A& a, Setting& setting) {
  a.text(setting.path);
  a.text(setting.value);
}
template <typename A>
void walk(A& a, Interface& interface) {
  a.text(interface.name);
  a.number(interface.index);
  walk(a, interface.address);
  a.number(interface.mtu);
  walk(a, interface.promiscuous);
  walk(a, interface.settings);
}
template <typename A>
void walk(A& a, Carrier& carrier) {
  a.text(carrier.interface);
  a.number(carrier.index);
  a.number(carrier.changes);
}
template <typename A>
void walk(A& a, State& state) {
  a.text(state.boot);
  a.number(state.process);
  a.number(state.configuration);
  walk(a, state.suspended);
  walk(a, state.interfaces);
  walk(a, state.carriers);
  walk(a, state.lags);
}

}  // namespace

std::string_view name_of(DecodeFault fault) noexcept {
  switch (fault) {
    case DecodeFault::foreign:
      return "this is no state of Lagoon's";
    case DecodeFault::version:
      return "another version of Lagoon wrote it";
    case DecodeFault::torn:
      return "it is torn: its length is another than it says";
    case DecodeFault::damaged:
      return "it is damaged: its checksum is another";
    case DecodeFault::nonsense:
      return "it is nonsense";
  }
  return "";
}

std::vector<std::byte> encode(const State& state) {
  Writer body;
  State copy = state;
  walk(body, copy);
  Writer whole;
  for (const char c : kMagic) whole.octets_.push_back(static_cast<std::byte>(c));
  std::uint16_t version = kVersion;
  auto size = static_cast<std::uint32_t>(body.octets_.size());
  std::uint32_t sum = checksum(body.octets_);
  whole.number(version);
  whole.number(size);
  whole.number(sum);
  whole.octets_.insert(whole.octets_.end(), body.octets_.begin(), body.octets_.end());
  return std::move(whole.octets_);
}

std::expected<State, DecodeFault> decode(std::span<const std::byte> octets) {
  const auto is_magic = [&](std::size_t i) { return octets[i] == static_cast<std::byte>(kMagic[i]); };
  for (std::size_t i = 0; i < std::min(octets.size(), kMagic.size()); ++i)
    if (!is_magic(i)) return std::unexpected{DecodeFault::foreign};
  if (octets.size() < kHead) return std::unexpected{DecodeFault::torn};
  Reader head{octets.subspan(kMagic.size(), kHead - kMagic.size())};
  std::uint16_t version = 0;
  std::uint32_t size = 0;
  std::uint32_t sum = 0;
  head.number(version);
  head.number(size);
  head.number(sum);
  if (version != kVersion) return std::unexpected{DecodeFault::version};
  const std::span<const std::byte> body = octets.subspan(kHead);
  if (body.size() != size || size > kOctetsMax) return std::unexpected{DecodeFault::torn};
  if (checksum(body) != sum) return std::unexpected{DecodeFault::damaged};
  Reader reader{body};
  State state;
  walk(reader, state);
  if (!reader.ended_well()) return std::unexpected{DecodeFault::nonsense};
  return state;
}

}  // namespace lagoon::state
