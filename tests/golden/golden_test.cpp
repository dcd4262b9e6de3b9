// The frames of tests/golden/frames mean what the files beside them say.
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "golden_text.hpp"
#include "support/catch.hpp"
#include "wire/capture/describe.hpp"
#include "wire/slow_frame.hpp"

namespace golden_test {

using namespace lagoon;

namespace {

std::filesystem::path frames_folder() {
  const char* const folder = std::getenv("LAGOON_GOLDEN_FRAMES");
  if (folder == nullptr) throw std::runtime_error{"LAGOON_GOLDEN_FRAMES: the folder of the golden frames"};
  return folder;
}

std::string meaning(std::span<const std::byte> frame) {
  const auto pdu = wire::parse_slow_frame(frame);
  return pdu ? wire::describe(*pdu) + '\n' : "not acted on: " + std::string{name_of(pdu.error())} + '\n';
}

}  // namespace

TEST_CASE("Golden frames mean what stands beside them", "[golden]") {
  const std::vector<std::filesystem::path> files = test::hex_files(frames_folder());
  REQUIRE(files.size() >= 12);
  for (const std::filesystem::path& hex : files) {
    const std::string text = meaning(test::read_hex(hex));
    const std::filesystem::path golden = std::filesystem::path{hex}.replace_extension(".txt");
    if (test::update_golden()) std::ofstream{golden} << text;
    CAPTURE(hex.filename().string());
    CHECK(test::read_text(golden) == text);
  }
}

TEST_CASE("A golden frame without anything reserved is emitted octet by octet", "[golden]") {
  for (const char* const name :
       {"lacp/lacp_active_fast_synchronized.hex", "lacp/lacp_figure5_p1.hex", "lacp/lacp_defaulted.hex",
        "lacp/lacp_retry_count.hex", "marker/marker_information.hex", "marker/marker_response.hex"}) {
    CAPTURE(name);
    const std::vector<std::byte> octets = test::read_hex(frames_folder() / name);
    const auto pdu = wire::parse_slow_frame(octets);
    REQUIRE(pdu.has_value());
    MacAddress source;
    for (std::size_t i = 0; i < 6; ++i) source.octets[i] = std::to_integer<std::uint8_t>(octets[6 + i]);
    const wire::SlowFrame emitted = wire::emit_slow_frame(source, *pdu);
    CHECK(std::vector<std::byte>(emitted.begin(), emitted.end()) == octets);
  }
}

}  // namespace golden_test
