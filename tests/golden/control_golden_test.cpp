// The frames of tests/golden/control_frames (made with scapy) mean what the files beside them say, and ours
// are the same, octet by octet.
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "control_text.hpp"
#include "golden_text.hpp"
#include "support/catch.hpp"
#include "wire/arp.hpp"
#include "wire/group_membership.hpp"
#include "wire/learning.hpp"
#include "wire/neighbor.hpp"

namespace control_golden_test {

using namespace lagoon;

namespace {

std::filesystem::path frames_folder() {
  const char* const folder = std::getenv("LAGOON_GOLDEN_CONTROL_FRAMES");
  if (folder == nullptr) throw std::runtime_error{"LAGOON_GOLDEN_CONTROL_FRAMES: the folder of the frames"};
  return folder;
}

constexpr MacAddress kUs{{0x02, 0x4c, 0x41, 0, 0, 1}};

}  // namespace

TEST_CASE("Golden control frames mean what stands beside them", "[golden]") {
  const std::vector<std::filesystem::path> files = test::hex_files(frames_folder());
  REQUIRE(files.size() >= 17);
  for (const std::filesystem::path& hex : files) {
    const std::string text = test::control_meaning(test::read_hex(hex)) + '\n';
    const std::filesystem::path golden = std::filesystem::path{hex}.replace_extension(".txt");
    if (test::update_golden()) std::ofstream{golden} << text;
    CAPTURE(hex.filename().string());
    CHECK(test::read_text(golden) == text);
  }
}

TEST_CASE("What we send is what scapy would, octet by octet", "[golden]") {
  struct Row {
    const char* name;
    wire::ControlFrame frame;
  };
  const auto v6 = [](const char* text) { return *parse_ipv6_address(text); };
  constexpr Ipv4Address kHost{{10, 0, 0, 1}};
  const Row rows[] = {
      {"arp/arp_probe", wire::emit_arp(wire::arp_probe(kUs, {{10, 0, 0, 9}}, std::nullopt))},
      {"arp/arp_announcement_vlan5", wire::emit_arp(wire::arp_announcement(kUs, kHost, 5))},
      {"neighbor/ns_probe",
       wire::emit_neighbor(wire::neighbor_probe(kUs, v6("2001:db8::12:3456"), std::nullopt))},
      {"neighbor/na_announcement_vlan7",
       wire::emit_neighbor(wire::neighbor_announcement(kUs, v6("2001:db8::1"), 7))},
      {"learning", wire::learning_frame(kUs, std::nullopt)},
      {"groups/igmp2_report", wire::emit_membership(kUs, kHost, Ipv4Address{{239, 1, 2, 3}}, std::nullopt)},
      {"groups/mld1_report",
       wire::emit_membership(kUs, v6("fe80::4c:41ff:fe00:1"), v6("ff05::1:3"), std::nullopt)}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const std::vector<std::byte> expected =
        test::read_hex(frames_folder() / (std::string{row.name} + ".hex"));
    CHECK(std::vector<std::byte>(row.frame.octets().begin(), row.frame.octets().end()) == expected);
  }
}

}  // namespace control_golden_test
