#include "base/ip_address.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <span>

namespace lagoon {

namespace {

constexpr std::size_t kGroups = 8;
using Groups = std::array<std::uint16_t, kGroups>;

// All of `text` as a number below `limit`, at most `digits` long.
std::optional<std::uint32_t> number(std::string_view text, int base, std::size_t digits,
                                    std::uint32_t limit) noexcept {
  if (text.empty() || text.size() > digits) return std::nullopt;
  std::uint32_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (error != std::errc{} || stop != end || value >= limit) return std::nullopt;
  return value;
}

// Cuts the part before `separator` off `text`; all of it where there is none.
std::string_view cut(std::string_view& text, char separator) noexcept {
  const std::size_t at = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return part;
}

Groups groups_of(const Ipv6Address& address) noexcept {
  Groups groups{};
  for (std::size_t i = 0; i < kGroups; ++i)
    groups[i] = static_cast<std::uint16_t>(address.octets[i * 2] << 8 | address.octets[i * 2 + 1]);
  return groups;
}

struct Run {
  std::size_t first = 0;
  std::size_t size = 0;
};

// RFC 5952 4.2: the longest run of zeros, the first of equals; one group is none.
Run longest_zeros(std::span<const std::uint16_t> groups) noexcept {
  Run longest;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    std::size_t end = i;
    while (end < groups.size() && groups[end] == 0) ++end;
    if (end - i >= 2 && end - i > longest.size) longest = {i, end - i};
    i = std::max(i, end);
  }
  return longest;
}

bool is_mapped_ipv4(const Groups& groups) noexcept {
  return groups[5] == 0xffff &&
         std::all_of(groups.begin(), groups.begin() + 5, [](auto g) { return g == 0; });
}

void append_hex(std::string& text, std::uint16_t value) {
  std::array<char, 4> digits{};
  text.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr);
}

// What stands on one side of "::", or everything: groups, and at the end perhaps an IPv4 address.
class GroupReader {
 public:
  // False: not groups, or too many.
  bool read(std::string_view text, bool ipv4_may_end_it) noexcept {
    if (text.empty()) return true;
    for (bool more = true; more;) {
      more = text.find(':') != std::string_view::npos;
      const std::string_view part = cut(text, ':');
      if (!more && ipv4_may_end_it && part.find('.') != std::string_view::npos) return read_ipv4(part);
      const auto group = number(part, 16, 4, 0x10000);
      if (!group || !push(*group)) return false;
    }
    return true;
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::uint16_t operator[](std::size_t i) const noexcept { return groups_[i]; }

 private:
  bool push(std::uint32_t group) noexcept {
    if (size_ == kGroups) return false;
    groups_[size_++] = static_cast<std::uint16_t>(group);
    return true;
  }
  bool read_ipv4(std::string_view text) noexcept {
    const auto v4 = parse_ipv4_address(text);
    return v4 && push(static_cast<std::uint32_t>(v4->octets[0] << 8 | v4->octets[1])) &&
           push(static_cast<std::uint32_t>(v4->octets[2] << 8 | v4->octets[3]));
  }

  Groups groups_{};
  std::size_t size_ = 0;
};

}  // namespace

std::string to_string(const Ipv4Address& address) {
  std::string text;
  for (const std::uint8_t octet : address.octets) {
    if (!text.empty()) text += '.';
    text += std::to_string(octet);
  }
  return text;
}

std::string to_string(const Ipv6Address& address) {
  const Groups groups = groups_of(address);
  const auto& o = address.octets;
  if (is_mapped_ipv4(groups))  // RFC 5952 5
    return "::ffff:" + to_string(Ipv4Address{{o[12], o[13], o[14], o[15]}});
  const Run zeros = longest_zeros(groups);
  std::string text;
  for (std::size_t i = 0; i < kGroups; ++i) {
    if (zeros.size > 0 && i == zeros.first) {
      text += "::";
      i += zeros.size - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    append_hex(text, groups[i]);
  }
  return text;
}

std::string to_string(const IpAddress& address) {
  return std::visit([](const auto& value) { return to_string(value); }, address);
}

std::string to_string(const HostAddress& host) {
  const std::string text = to_string(host.address);
  return host.vlan ? text + '@' + std::to_string(*host.vlan) : text;
}

std::optional<Ipv4Address> parse_ipv4_address(std::string_view text) noexcept {
  if (std::ranges::count(text, '.') != 3) return std::nullopt;
  Ipv4Address address;
  for (std::uint8_t& octet : address.octets) {
    const std::string_view part = cut(text, '.');
    if (part.size() > 1 && part.front() == '0') return std::nullopt;
    const auto value = number(part, 10, 3, 256);
    if (!value) return std::nullopt;
    octet = static_cast<std::uint8_t>(*value);
  }
  return address;
}

std::optional<Ipv6Address> parse_ipv6_address(std::string_view text) noexcept {
  const std::size_t gap = text.find("::");
  const bool has_gap = gap != std::string_view::npos;
  GroupReader before;
  GroupReader after;
  if (!before.read(text.substr(0, gap), !has_gap)) return std::nullopt;
  if (has_gap && !after.read(text.substr(gap + 2), true)) return std::nullopt;
  const std::size_t groups = before.size() + after.size();
  // "::" stands for one group at least.
  if (has_gap ? groups >= kGroups : groups != kGroups) return std::nullopt;
  Ipv6Address address;
  const auto put = [&address](std::size_t i, std::uint16_t group) {
    address.octets[i * 2] = static_cast<std::uint8_t>(group >> 8);
    address.octets[i * 2 + 1] = static_cast<std::uint8_t>(group & 0xff);
  };
  for (std::size_t i = 0; i < before.size(); ++i) put(i, before[i]);
  for (std::size_t i = 0; i < after.size(); ++i) put(kGroups - after.size() + i, after[i]);
  return address;
}

std::optional<IpAddress> parse_ip_address(std::string_view text) noexcept {
  if (const auto v4 = parse_ipv4_address(text)) return *v4;
  if (const auto v6 = parse_ipv6_address(text)) return *v6;
  return std::nullopt;
}

std::optional<HostAddress> parse_host_address(std::string_view text) noexcept {
  const bool has_vlan = text.find('@') != std::string_view::npos;
  const auto address = parse_ip_address(cut(text, '@'));
  if (!address) return std::nullopt;
  if (!has_vlan) return HostAddress{*address, std::nullopt};
  const auto vlan = number(text, 10, 4, 4095);
  if (!vlan || *vlan == 0 || text.front() == '0') return std::nullopt;
  return HostAddress{*address, static_cast<std::uint16_t>(*vlan)};
}

Ipv6Address link_local_address(const MacAddress& mac) noexcept {
  constexpr std::uint8_t kUniversalLocal = 0x02;
  const auto& m = mac.octets;
  return {{0xfe, 0x80, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(m[0] ^ kUniversalLocal), m[1], m[2], 0xff,
           0xfe, m[3], m[4], m[5]}};
}

}  // namespace lagoon
