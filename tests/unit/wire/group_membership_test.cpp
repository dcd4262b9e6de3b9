#include "wire/group_membership.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/byte_writer.hpp"
#include "control_frame_builders.hpp"
#include "support/catch.hpp"
#include "wire/internet_checksum.hpp"
#include "wire/ip_header.hpp"

namespace group_membership_test {

using namespace lagoon;
using namespace lagoon::wire;

namespace {

constexpr MacAddress kUs{{0x02, 0x4c, 0x41, 0, 0, 1}};
constexpr Ipv4Address kHost{{10, 0, 0, 1}};

struct Record {
  int type;
  const char* group;
  int sources;
  int auxiliary = 0;
};

std::vector<std::byte> report_v3(std::initializer_list<Record> records, int claimed = -1) {
  std::vector<std::byte> message(600);
  ByteWriter writer{message};
  writer.be32(0x22000000);
  writer.be16(0);
  writer.be16(static_cast<std::uint16_t>(claimed < 0 ? static_cast<int>(records.size()) : claimed));
  for (const Record& record : records) {
    writer.u8(static_cast<std::uint8_t>(record.type));
    writer.u8(static_cast<std::uint8_t>(record.auxiliary));
    writer.be16(static_cast<std::uint16_t>(record.sources));
    write_address(writer, *parse_ipv4_address(record.group));
    writer.zeros(static_cast<std::size_t>(record.sources + record.auxiliary) * 4);
  }
  message.resize(writer.written());
  put_checksum(message, 2, InternetChecksum{}.add(message).value());
  return message;
}

// An IPv4 packet around an IGMP message, in a frame.
std::vector<std::byte> in_frame(std::span<const std::byte> igmp, std::uint16_t fragment = 0) {
  std::vector<std::byte> ip(20);
  ByteWriter header{ip};
  header.be16(0x4500);
  header.be16(static_cast<std::uint16_t>(20 + igmp.size()));
  header.be16(0);
  header.be16(fragment);
  header.be16(0x0102);
  header.be16(0);
  write_address(header, kHost);
  write_address(header, Ipv4Address{{224, 0, 0, 22}});
  put_checksum(ip, 10, InternetChecksum{}.add(ip).value());
  std::vector<std::byte> frame(std::max<std::size_t>(14 + ip.size() + igmp.size(), 60));
  ByteWriter ethernet{frame};
  ethernet.mac({{0x01, 0, 0x5e, 0, 0, 0x16}});
  ethernet.mac(kUs);
  ethernet.be16(0x0800);
  ethernet.octets(ip);
  ethernet.octets(igmp);
  return frame;
}

std::string groups_in(std::span<const std::byte> frame) {
  const auto report = parse_membership(frame);
  if (!report) return "none";
  std::string text;
  for (const GroupReport& group : report->groups)
    text += (text.empty() ? "" : " ") + std::string{group.leaves ? "-" : "+"} + to_string(group.group);
  return text;
}

}  // namespace

TEST_CASE("A report that is emitted says one group when it is parsed", "[wire][membership]") {
  const std::uint64_t seed = test::seed_from_environment().value_or(2236);
  CAPTURE(seed);
  test::Prng prng{seed};
  for (int i = 0; i < 3000; ++i) {
    const bool v4 = prng.chance(0.5);
    Ipv4Address group4 = test::random_ipv4(prng);
    group4.octets[0] = static_cast<std::uint8_t>(0xe0 | (group4.octets[0] & 0x0f));
    Ipv6Address group6 = test::random_ipv6(prng);
    group6.octets[0] = 0xff;
    const IpAddress group = v4 ? IpAddress{group4} : IpAddress{group6};
    const IpAddress sender = v4 ? IpAddress{test::random_ipv4(prng)} : IpAddress{test::random_unicast(prng)};
    const MacAddress source = prng.mac();
    const auto tci = test::random_tci(prng);
    const ControlFrame frame = emit_membership(source, sender, group, tci);
    const auto report = parse_membership(frame);
    REQUIRE(report.has_value());
    REQUIRE(report->source == source);
    REQUIRE(report->sender == sender);
    REQUIRE(report->vlan_tci == tci);
    REQUIRE(report->groups.size() == 1);
    REQUIRE(report->groups[0] == GroupReport{group, false});
  }
}

TEST_CASE("A report is sent to the group, one hop far, from no address where the family has none",
          "[wire][membership]") {
  const ControlFrame igmp = emit_membership(kUs, kHost, Ipv4Address{{239, 129, 2, 3}}, std::nullopt);
  const auto octets = igmp.octets();
  const std::vector<std::byte> to(octets.begin(), octets.begin() + 6);
  CHECK(to == std::vector<std::byte>{std::byte{0x01}, std::byte{0}, std::byte{0x5e}, std::byte{0x01},
                                     std::byte{2}, std::byte{3}});
  CHECK(octets[14 + 8] == std::byte{1});
  const auto mld =
      parse_membership(emit_membership(kUs, kHost, *parse_ipv6_address("ff02::fb"), std::nullopt));
  REQUIRE(mld.has_value());
  CHECK(mld->sender == IpAddress{Ipv6Address{}});
}

TEST_CASE("Version 3 reports say for each group whether it is still wanted", "[wire][membership]") {
  struct Row {
    std::vector<std::byte> message;
    const char* groups;
  };
  const Row rows[] = {{report_v3({{1, "239.0.0.1", 2}}), "+239.0.0.1"},
                      {report_v3({{1, "239.0.0.1", 0}}), "-239.0.0.1"},
                      {report_v3({{2, "239.0.0.1", 0}}), "+239.0.0.1"},
                      {report_v3({{3, "239.0.0.1", 0}}), "-239.0.0.1"},
                      {report_v3({{3, "239.0.0.1", 1}}), "+239.0.0.1"},
                      {report_v3({{4, "239.0.0.1", 3}}), "+239.0.0.1"},
                      {report_v3({{5, "239.0.0.1", 1, 2}}), "+239.0.0.1"},
                      {report_v3({{6, "239.0.0.1", 1}}), ""},
                      {report_v3({{7, "239.0.0.1", 0}}), ""},
                      {report_v3({{4, "10.0.0.1", 0}}), ""},
                      {report_v3({}), ""},
                      {report_v3({{4, "239.0.0.1", 0}}, 2), "none"},
                      {report_v3({{4, "239.0.0.1", 1, 1}, {6, "239.0.0.2", 1}, {3, "239.0.0.3", 0}}),
                       "+239.0.0.1 -239.0.0.3"}};
  for (const Row& row : rows) {
    CAPTURE(row.groups);
    CHECK(groups_in(in_frame(row.message)) == row.groups);
  }
}

TEST_CASE("Of a report with more groups than 64 the first ones are kept", "[wire][membership]") {
  std::vector<std::byte> message(8 + 100 * 8);
  ByteWriter writer{message};
  writer.be32(0x22000000);
  writer.be32(100);
  for (std::uint8_t i = 0; i < 100; ++i) {
    writer.be32(0x04000000);
    write_address(writer, Ipv4Address{{239, 0, 0, i}});
  }
  put_checksum(message, 2, InternetChecksum{}.add(message).value());
  const auto report = parse_membership(in_frame(message));
  REQUIRE(report.has_value());
  CHECK(report->groups.size() == 64);
  CHECK(to_string(report->groups[63].group) == "239.0.0.63");
}

TEST_CASE("Reports of versions 1 and 2 and leaves are read by their type", "[wire][membership]") {
  struct Row {
    int type;
    const char* groups;
  };
  for (const Row& row :
       {Row{0x12, "+239.1.2.3"}, {0x16, "+239.1.2.3"}, {0x17, "-239.1.2.3"}, {0x11, "none"}}) {
    CAPTURE(row.type);
    std::vector<std::byte> message(8);
    ByteWriter writer{message};
    writer.be32(static_cast<std::uint32_t>(row.type) << 24);
    write_address(writer, Ipv4Address{{239, 1, 2, 3}});
    put_checksum(message, 2, InternetChecksum{}.add(message).value());
    CHECK(groups_in(in_frame(message)) == row.groups);
    CHECK(groups_in(in_frame(message, 0x2000)) == "none");  // a fragment
    CHECK(groups_in(in_frame(message, 0x0001)) == "none");
  }
}

TEST_CASE("A report that is cut off or has a wrong bit is none", "[wire][membership]") {
  const IpAddress groups[] = {Ipv4Address{{239, 1, 2, 3}}, *parse_ipv6_address("ff05::1:3")};
  for (const IpAddress& group : groups) {
    const bool v4 = std::holds_alternative<Ipv4Address>(group);
    const std::vector<std::byte> frame = test::octets_of(emit_membership(kUs, kHost, group, std::nullopt));
    const std::size_t whole = v4 ? 14 + 32 : 14 + 40 + 32;
    for (std::size_t size = 0; size < whole; ++size) {
      CAPTURE(size);
      CHECK(groups_in(std::span{frame}.first(size)) == "none");
    }
    CHECK(groups_in(std::span{frame}.first(whole)) == "+" + to_string(group));
    // IPv6 has no checksum over its header but the addresses.
    for (std::size_t at = v4 ? 14 : 14 + 8; at < whole; ++at) {
      if (!v4 && at >= 14 + 42 && at < 14 + 48) continue;  // options
      CAPTURE(at);
      std::vector<std::byte> spoilt = frame;
      spoilt[at] ^= std::byte{0x10};
      CHECK(groups_in(spoilt) == "none");
    }
  }
}

}  // namespace group_membership_test
