#include "cluster/peer_codec.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/byte_reader.hpp"
#include "base/byte_writer.hpp"
#include "base/check.hpp"

namespace lagoon::cluster {

namespace {

constexpr std::uint32_t kMagic = 0x4c475043;  // "LGPC"
// (a time, and what is added to it, never overflows)
constexpr std::uint64_t kTimeMost = std::uint64_t{1} << 62;

// Bits of the message.
constexpr std::uint8_t kRenew = 0x01, kEtcd = 0x02, kHasEcho = 0x04, kHasRenewed = 0x08, kMessageBits = 0x0f;
// Bits of a LAG.
constexpr std::uint8_t kFit = 0x01, kCarries = 0x02, kAuthority = 0x04, kAsks = 0x08, kHasPromised = 0x10,
                       kLagBits = 0x1f;

constexpr std::uint8_t bit(bool on, std::uint8_t bit) noexcept {
  return on ? bit : std::uint8_t{0};
}

bool is_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= kNameMax &&
         std::ranges::all_of(name, [](char c) { return c > ' ' && c <= '~'; });
}

void put(ByteWriter& out, std::string_view name) {
  LAGOON_CHECK(is_name(name));
  out.u8(static_cast<std::uint8_t>(name.size()));
  out.octets(std::as_bytes(std::span{name}));
}

void put(ByteWriter& out, Instant at) {
  LAGOON_CHECK(to_ns(at) >= 0 && static_cast<std::uint64_t>(to_ns(at)) <= kTimeMost);
  out.be64(static_cast<std::uint64_t>(to_ns(at)));
}

void put(ByteWriter& out, std::optional<Instant> at) {
  put(out, at.value_or(Instant{}));
}

void put_number(ByteWriter& out, std::int64_t value) {
  LAGOON_CHECK(value >= 0);
  out.be64(static_cast<std::uint64_t>(value));
}

void put(ByteWriter& out, const SystemId& id) {
  out.be16(id.priority);
  out.mac(id.mac);
}

void put(ByteWriter& out, const PeerLag& lag) {
  const LagReport& report = lag.report;
  put(out, report.lag);
  out.u8(static_cast<std::uint8_t>(report.role));
  out.u8(bit(report.fit, kFit) | bit(report.carries, kCarries) | bit(lag.has_authority, kAuthority) |
         bit(lag.asks, kAsks) | bit(lag.promised.has_value(), kHasPromised));
  put(out, report.using_id);
  put(out, report.partner.system);
  out.be16(report.partner.key);
  put(out, lag.lag_id);
  put_number(out, lag.epoch.value());
  put(out, lag.promised);
}

// Reads, and remembers whether anything was read that no Lagoon writes.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> octets) noexcept : in_{octets} {}

  [[nodiscard]] ByteReader& in() noexcept { return in_; }
  [[nodiscard]] bool whole() const noexcept { return good_ && !in_.failed() && in_.remaining() == 0; }
  /// `good`: what was read is what a Lagoon writes.
  void require(bool good) noexcept { good_ = good_ && good; }

  [[nodiscard]] std::uint8_t bits(std::uint8_t known) noexcept {
    const std::uint8_t bits = in_.u8();
    require((bits & ~known) == 0);
    return bits;
  }
  [[nodiscard]] std::string name() {
    std::string name;
    for (const std::byte octet : in_.octets(in_.u8())) name += std::to_integer<char>(octet);
    require(is_name(name));
    return name;
  }
  [[nodiscard]] Instant instant() noexcept {
    const std::uint64_t ns = in_.be64();
    require(ns <= kTimeMost);
    return instant_from_ns(static_cast<std::int64_t>(std::min(ns, kTimeMost)));
  }
  [[nodiscard]] std::optional<Instant> instant_if(bool there) noexcept {
    const Instant at = instant();
    require(there || at == Instant{});
    return there ? std::optional{at} : std::nullopt;
  }
  [[nodiscard]] std::int64_t number() noexcept {
    const auto value = static_cast<std::int64_t>(in_.be64());
    require(value >= 0);
    return value;
  }
  [[nodiscard]] SystemId system() noexcept { return {.priority = in_.be16(), .mac = in_.mac()}; }

 private:
  ByteReader in_;
  bool good_ = true;
};

PeerLag lag_of(Reader& reader) {
  PeerLag lag;
  LagReport& report = lag.report;
  report.lag = reader.name();
  const std::uint8_t role = reader.in().u8();
  reader.require(role <= static_cast<std::uint8_t>(Role::refused));
  report.role = static_cast<Role>(std::min(role, static_cast<std::uint8_t>(Role::refused)));
  const std::uint8_t bits = reader.bits(kLagBits);
  report.fit = bits & kFit;
  report.carries = bits & kCarries;
  lag.has_authority = bits & kAuthority;
  lag.asks = bits & kAsks;
  report.using_id = reader.system();
  report.partner.system = reader.system();
  report.partner.key = reader.in().be16();
  lag.lag_id = reader.system();
  lag.epoch = Revision{reader.number()};
  lag.promised = reader.instant_if(bits & kHasPromised);
  return lag;
}

}  // namespace

std::vector<std::byte> encode(const PeerMessage& message) {
  LAGOON_CHECK(message.lags.size() <= kLagsMax);
  LAGOON_CHECK(message.number >= 1 && message.number <= kNodeNumberMax);
  std::size_t size = kPeerHeadSize + 2 + message.domain.size() + message.node.size();
  for (const PeerLag& lag : message.lags) size += kPeerLagMax - kNameMax + lag.report.lag.size();
  std::vector<std::byte> octets(std::min(size, kPeerMessageMax));
  ByteWriter out{octets};
  out.be32(kMagic);
  out.u8(kPeerVersion);
  out.u8(bit(message.renew, kRenew) | bit(message.etcd, kEtcd) | bit(message.echo.has_value(), kHasEcho) |
         bit(message.renewed.has_value(), kHasRenewed));
  out.be16(static_cast<std::uint16_t>(octets.size()));
  out.u8(message.number);
  out.u8(static_cast<std::uint8_t>(message.lags.size()));
  out.be64(message.incarnation.value());
  put(out, message.stamp);
  out.be64(message.echo_of.value());
  put(out, message.echo);
  put_number(out, message.lease.value());
  put_number(out, message.renewed_lease.value());
  put(out, message.renewed);
  put(out, message.domain);
  put(out, message.node);
  for (const PeerLag& lag : message.lags) put(out, lag);
  LAGOON_CHECK(!out.failed() && out.written() == octets.size());
  return octets;
}

std::optional<std::size_t> peer_message_size(std::span<const std::byte> octets) noexcept {
  ByteReader in{octets};
  const bool ours = in.be32() == kMagic && in.u8() == kPeerVersion;
  in.skip(1);
  const std::size_t size = in.be16();
  if (!ours || in.failed() || size < kPeerHeadSize || size > kPeerMessageMax) return std::nullopt;
  return size;
}

std::optional<PeerMessage> decode_peer_message(std::span<const std::byte> octets) {
  if (peer_message_size(octets) != octets.size()) return std::nullopt;
  Reader reader{octets};
  PeerMessage message;
  reader.in().skip(5);
  const std::uint8_t bits = reader.bits(kMessageBits);
  reader.in().skip(2);
  message.renew = bits & kRenew;
  message.etcd = bits & kEtcd;
  message.number = reader.in().u8();
  reader.require(message.number >= 1 && message.number <= kNodeNumberMax);
  const std::size_t lags = reader.in().u8();
  reader.require(lags <= kLagsMax);
  message.incarnation = Incarnation{reader.in().be64()};
  message.stamp = reader.instant();
  message.echo_of = Incarnation{reader.in().be64()};
  message.echo = reader.instant_if(bits & kHasEcho);
  message.lease = LeaseId{reader.number()};
  message.renewed_lease = LeaseId{reader.number()};
  message.renewed = reader.instant_if(bits & kHasRenewed);
  message.domain = reader.name();
  message.node = reader.name();
  for (std::size_t lag = 0; lag < std::min(lags, kLagsMax) && !reader.in().failed(); ++lag)
    message.lags.push_back(lag_of(reader));
  if (!reader.whole()) return std::nullopt;
  return message;
}

}  // namespace lagoon::cluster
