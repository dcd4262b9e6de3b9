#include "wire/lldp/lldpdu.hpp"

#include <algorithm>
#include <utility>

#include "base/byte_reader.hpp"
#include "base/byte_writer.hpp"

namespace lagoon::wire {

namespace {

// Table 8-1.
enum class Type : std::uint8_t {
  end = 0,
  chassis = 1,
  port = 2,
  ttl = 3,
  port_description = 4,
  system_name = 5,
  system_description = 6,
  capabilities = 7,
  management = 8,
  organisation = 127,
};

struct Tlv {
  std::uint8_t type = 0;
  std::span<const std::byte> value;
};

// 802.1's and 802.3's own (Annexes D.2 and G.1 of older editions number them the same).
using Identifier = std::array<std::uint8_t, 3>;
constexpr Identifier k8021{0x00, 0x80, 0xc2};
constexpr Identifier k8023{0x00, 0x12, 0x0f};
constexpr std::uint8_t kPortVlan = 1, k8021Aggregation = 7;
constexpr std::uint8_t k8023Aggregation = 3, kMaximumFrameSize = 4;
constexpr std::uint8_t kLagoonAbout = 1;

constexpr std::uint8_t kCapable = 1U << 0, kAggregated = 1U << 1;
constexpr std::uint8_t kWantsBfd = 1U << 0;

LldpValue value_of(std::span<const std::byte> octets) noexcept {
  LldpValue value;
  for (const std::byte octet : octets.first(std::min(octets.size(), kLldpValueMax))) value.push_back(octet);
  return value;
}

// 8.5.2 and 8.5.3: a subtype, and 1 to 255 octets.
std::expected<LldpId, LldpError> id_of(std::span<const std::byte> value) noexcept {
  if (value.size() < 2 || value.size() > 1 + kLldpValueMax) return std::unexpected{LldpError::bad_length};
  return LldpId{.subtype = std::to_integer<std::uint8_t>(value[0]), .value = value_of(value.subspan(1))};
}

std::expected<LldpManagementAddress, LldpError> management_of(std::span<const std::byte> value) noexcept {
  ByteReader reader{value};
  const std::uint8_t length = reader.u8();  // of the subtype and the address
  LldpManagementAddress management;
  if (length < 2 || length > 1 + 31) return std::unexpected{LldpError::no_end_of_address};
  management.family = reader.u8();
  for (const std::byte octet : reader.octets(length - 1U)) management.address.push_back(octet);
  reader.skip(1);  // how interfaces are numbered
  management.interface_number = reader.be32();
  reader.skip(reader.u8());  // an object identifier
  if (reader.failed()) return std::unexpected{LldpError::no_end_of_address};
  return management;
}

std::optional<LldpAggregation> aggregation_of(ByteReader& reader) noexcept {
  const std::uint8_t status = reader.u8();
  const LldpAggregation aggregation{
      .capable = (status & kCapable) != 0, .aggregated = (status & kAggregated) != 0, .port = reader.be32()};
  return reader.failed() ? std::nullopt : std::optional{aggregation};
}

// What an organisation's TLV says that is not whole is not heard; the others are (8.6: it is the
// organisation's).
class Organisations {
 public:
  void read(std::span<const std::byte> value, Lldpdu& pdu) noexcept {
    ByteReader reader{value};
    const Identifier identifier{reader.u8(), reader.u8(), reader.u8()};
    const std::uint8_t subtype = reader.u8();
    if (reader.failed()) return;
    if (identifier == k8021 && subtype == k8021Aggregation) {
      if (const auto aggregation = aggregation_of(reader)) {
        pdu.aggregation = aggregation;
        has_8021_ = true;
      }
    } else if (identifier == k8023 && subtype == k8023Aggregation) {
      if (const auto aggregation = aggregation_of(reader); aggregation && !has_8021_)
        pdu.aggregation = aggregation;
    } else if (identifier == k8021 && subtype == kPortVlan) {
      keep(reader, reader.be16(), pdu.vlan);
    } else if (identifier == k8023 && subtype == kMaximumFrameSize) {
      keep(reader, reader.be16(), pdu.frame_size);
    } else if (identifier == kLagoonIdentifier && subtype == kLagoonAbout) {
      LldpLagoon about{.version = reader.u8()};
      about.bfd = (reader.u8() & kWantsBfd) != 0;
      about.node = reader.u8();
      keep(reader, about, pdu.lagoon);
    }
  }

 private:
  template <typename T>
  static void keep(const ByteReader& reader, const T& value, std::optional<T>& to) noexcept {
    if (!reader.failed()) to = value;
  }
  bool has_8021_ = false;
};

class Parser {
 public:
  [[nodiscard]] std::expected<Lldpdu, LldpError> parse(std::span<const std::byte> payload) noexcept {
    ByteReader reader{payload};
    for (std::size_t position = 0;; ++position) {
      if (reader.remaining() < 2) {
        // (the End TLV may be left out since 802.1AB-2009)
        if (position < 3) return std::unexpected{LldpError::too_short};
        return pdu_;
      }
      const std::uint16_t header = reader.be16();
      const Tlv tlv{.type = static_cast<std::uint8_t>(header >> 9), .value = reader.octets(header & 0x1ffU)};
      if (reader.failed()) return std::unexpected{LldpError::too_short};
      if (const auto error = take(position, tlv)) return std::unexpected{*error};
      if (ended_) return pdu_;
    }
  }

 private:
  [[nodiscard]] std::optional<LldpError> take(std::size_t position, const Tlv& tlv) noexcept {
    const bool is_one_of_three = tlv.type >= 1 && tlv.type <= 3;
    if (position < 3 ? tlv.type != position + 1 : is_one_of_three) return LldpError::bad_order;
    switch (static_cast<Type>(tlv.type)) {
      case Type::end:
        ended_ = true;
        return tlv.value.empty() ? std::nullopt : std::optional{LldpError::bad_length};
      case Type::chassis:
        return take_id(tlv, pdu_.chassis);
      case Type::port:
        return take_id(tlv, pdu_.port);
      case Type::ttl: {
        if (tlv.value.size() < 2) return LldpError::bad_length;
        pdu_.ttl_s = ByteReader{tlv.value}.be16();
        return std::nullopt;
      }
      case Type::port_description:
        return take_text(tlv, pdu_.port_description);
      case Type::system_name:
        return take_text(tlv, pdu_.system_name);
      case Type::system_description:
        return take_text(tlv, pdu_.system_description);
      case Type::capabilities: {
        ByteReader reader{tlv.value};
        const LldpCapabilities capabilities{.supported = reader.be16(), .enabled = reader.be16()};
        if (reader.failed()) return LldpError::bad_length;
        pdu_.capabilities = capabilities;
        return std::nullopt;
      }
      case Type::management: {
        const auto management = management_of(tlv.value);
        if (!management) return management.error();
        if (!pdu_.management) pdu_.management = *management;
        return std::nullopt;
      }
      case Type::organisation:
        organisations_.read(tlv.value, pdu_);
        return std::nullopt;
    }
    return std::nullopt;
  }
  [[nodiscard]] static std::optional<LldpError> take_id(const Tlv& tlv, LldpId& to) noexcept {
    const auto id = id_of(tlv.value);
    if (!id) return id.error();
    to = *id;
    return std::nullopt;
  }
  [[nodiscard]] static std::optional<LldpError> take_text(const Tlv& tlv,
                                                          std::optional<LldpValue>& to) noexcept {
    if (tlv.value.size() > kLldpValueMax) return LldpError::bad_length;
    to = value_of(tlv.value);
    return std::nullopt;
  }

  Lldpdu pdu_{};
  Organisations organisations_{};
  bool ended_ = false;
};

class Emitter {
 public:
  explicit Emitter(std::span<std::byte> payload) noexcept : writer_{payload} {}

  void id(Type type, const LldpId& id) noexcept {
    header(type, 1 + id.value.size());
    writer_.u8(id.subtype);
    writer_.octets({id.value.begin(), id.value.end()});
  }
  void text(Type type, const std::optional<LldpValue>& text) noexcept {
    if (!text) return;
    header(type, text->size());
    writer_.octets({text->begin(), text->end()});
  }
  void header(Type type, std::size_t size) noexcept {
    writer_.be16(static_cast<std::uint16_t>(static_cast<unsigned>(type) << 9 | size));
  }
  /// `size` octets of information are to follow.
  void organisation(const Identifier& identifier, std::uint8_t subtype, std::size_t size) noexcept {
    header(Type::organisation, identifier.size() + 1 + size);
    for (const std::uint8_t octet : identifier) writer_.u8(octet);
    writer_.u8(subtype);
  }
  void aggregation(const Identifier& identifier, std::uint8_t subtype, const LldpAggregation& it) noexcept {
    organisation(identifier, subtype, 5);
    writer_.u8(static_cast<std::uint8_t>((it.capable ? kCapable : 0U) | (it.aggregated ? kAggregated : 0U)));
    writer_.be32(it.port);
  }
  void management(const LldpManagementAddress& it) noexcept {
    constexpr std::uint8_t kByIfIndex = 2;
    header(Type::management, 1 + 1 + it.address.size() + 1 + 4 + 1);
    writer_.u8(static_cast<std::uint8_t>(1 + it.address.size()));
    writer_.u8(it.family);
    writer_.octets({it.address.begin(), it.address.end()});
    writer_.u8(kByIfIndex);
    writer_.be32(it.interface_number);
    writer_.u8(0);
  }
  [[nodiscard]] ByteWriter& writer() noexcept { return writer_; }

 private:
  ByteWriter writer_;
};

void emit_organisations(const Lldpdu& pdu, Emitter& to) noexcept {
  if (pdu.vlan) {
    to.organisation(k8021, kPortVlan, 2);
    to.writer().be16(*pdu.vlan);
  }
  if (pdu.aggregation) {
    to.aggregation(k8021, k8021Aggregation, *pdu.aggregation);
    to.aggregation(k8023, k8023Aggregation, *pdu.aggregation);
  }
  if (pdu.frame_size) {
    to.organisation(k8023, kMaximumFrameSize, 2);
    to.writer().be16(*pdu.frame_size);
  }
  if (pdu.lagoon) {
    to.organisation(kLagoonIdentifier, kLagoonAbout, 3);
    to.writer().u8(pdu.lagoon->version);
    to.writer().u8(pdu.lagoon->bfd ? kWantsBfd : std::uint8_t{0});
    to.writer().u8(pdu.lagoon->node);
  }
}

}  // namespace

std::string_view name_of(LldpError error) noexcept {
  switch (error) {
    case LldpError::too_short:
      return "too_short";
    case LldpError::bad_order:
      return "bad_order";
    case LldpError::bad_length:
      return "bad_length";
    case LldpError::no_end_of_address:
      return "no_end_of_address";
  }
  return "unknown";
}

std::expected<Lldpdu, LldpError> parse_lldpdu(std::span<const std::byte> payload) noexcept {
  return Parser{}.parse(payload);
}

std::size_t emit_lldpdu(const Lldpdu& pdu, std::span<std::byte> payload) noexcept {
  Emitter to{payload};
  to.id(Type::chassis, pdu.chassis);
  to.id(Type::port, pdu.port);
  to.header(Type::ttl, 2);
  to.writer().be16(pdu.ttl_s);
  to.text(Type::port_description, pdu.port_description);
  to.text(Type::system_name, pdu.system_name);
  to.text(Type::system_description, pdu.system_description);
  if (pdu.capabilities) {
    to.header(Type::capabilities, 4);
    to.writer().be16(pdu.capabilities->supported);
    to.writer().be16(pdu.capabilities->enabled);
  }
  if (pdu.management) to.management(*pdu.management);
  emit_organisations(pdu, to);
  to.header(Type::end, 0);
  return to.writer().failed() ? 0 : to.writer().written();
}

}  // namespace lagoon::wire
