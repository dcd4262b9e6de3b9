#include "wire/slow_frame.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <string_view>

#include "slow_pdu_builders.hpp"
#include "support/catch.hpp"

namespace slow_frame_test {

using namespace lagoon;
using namespace lagoon::wire;
using lagoon::test::FrameOctets;
using lagoon::test::kSource;

TEST_CASE("A slow-protocol frame is 124 octets to the group address, from the port, untagged", "[wire]") {
  const SlowFrame frame = emit_slow_frame(kSource, Lacpdu{});
  const std::array<unsigned, 16> start{0x01, 0x80, 0xc2, 0, 0,    2,    0x02, 0x4c,
                                       0x41, 0,    0,    7, 0x88, 0x09, 1,    1};
  static_assert(sizeof frame == 124);
  for (std::size_t i = 0; i < start.size(); ++i) CHECK(frame[i] == static_cast<std::byte>(start[i]));
  CHECK(emit_slow_frame(kSource, MarkerPdu{})[14] == std::byte{2});
}

TEST_CASE("What is emitted as frame is parsed to the same PDU", "[wire]") {
  const std::uint64_t seed = test::seed_from_environment().value_or(20141003);
  CAPTURE(seed);
  test::Prng prng{seed};
  for (int i = 0; i < 5000; ++i) {
    const SlowPdu pdu =
        prng.chance(0.5) ? SlowPdu{test::random_lacpdu(prng)} : SlowPdu{test::random_marker(prng)};
    const auto parsed = parse_slow_frame(emit_slow_frame(kSource, pdu));
    REQUIRE(parsed.has_value());
    REQUIRE(*parsed == pdu);
  }
}

TEST_CASE("Every frame that is not acted on has its reason", "[wire]") {
  const Lacpdu lacpdu{};
  const MarkerPdu marker{};
  constexpr MacAddress group{{0x03, 0, 0, 0, 0, 1}};
  struct Row {
    std::string_view what;
    FrameOctets frame;
    SlowFrameError error;
  };
  const std::array rows{
      Row{"nothing", FrameOctets{lacpdu}.resize(0), SlowFrameError::too_short},
      Row{"a header alone", FrameOctets{lacpdu}.resize(14), SlowFrameError::too_short},
      Row{"one octet less than a LACPDU", FrameOctets{lacpdu}.resize(123), SlowFrameError::too_short},
      Row{"one octet less than a Marker TLV", FrameOctets{marker}.resize(31), SlowFrameError::too_short},
      Row{"a long version 1", FrameOctets{lacpdu}.resize(129), SlowFrameError::too_long},
      Row{"a long Marker", FrameOctets{marker}.resize(129), SlowFrameError::too_long},
      Row{"a long version 2", FrameOctets{lacpdu}.set(15, 2).resize(1515), SlowFrameError::too_long},
      Row{"sent to a bridge group", FrameOctets{lacpdu}.set(5, 0), SlowFrameError::wrong_destination},
      Row{"sent to our own address", FrameOctets{lacpdu}.set(0, 2), SlowFrameError::wrong_destination},
      Row{"from a group", FrameOctets{lacpdu, group}, SlowFrameError::bad_source},
      Row{"from nobody", FrameOctets{lacpdu, MacAddress{}}, SlowFrameError::bad_source},
      Row{"OAM", FrameOctets{lacpdu}.set(14, 3), SlowFrameError::unknown_subtype},
      Row{"subtype 0", FrameOctets{marker}.set(14, 0), SlowFrameError::unknown_subtype},
      Row{"OAM of 60 octets", FrameOctets{lacpdu}.set(14, 3).resize(60), SlowFrameError::unknown_subtype},
      Row{"another actor length", FrameOctets{lacpdu}.set(17, 19), SlowFrameError::bad_tlv_length},
      Row{"another partner length", FrameOctets{lacpdu}.set(37, 21), SlowFrameError::bad_tlv_length},
      Row{"another collector length", FrameOctets{lacpdu}.set(57, 0), SlowFrameError::bad_tlv_length},
      Row{"another marker length", FrameOctets{marker}.set(17, 12), SlowFrameError::bad_tlv_length},
      Row{"a third kind of marker", FrameOctets{marker}.set(16, 3), SlowFrameError::bad_marker}};
  std::set<SlowFrameError> seen;
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const auto parsed = row.frame.parse();
    REQUIRE_FALSE(parsed.has_value());
    CHECK(name_of(parsed.error()) == name_of(row.error));
    seen.insert(parsed.error());
  }
  CHECK(seen.size() == kSlowFrameErrors);
}

TEST_CASE("The longest frames of each version are accepted", "[wire]") {
  CHECK(FrameOctets{Lacpdu{}}.resize(128).parse().has_value());
  CHECK(FrameOctets{Lacpdu{}}.set(15, 2).resize(1514).parse().has_value());
}

TEST_CASE("Parsing never reads behind the frame, wherever it is cut and whatever it holds", "[wire]") {
  const std::uint64_t seed = test::seed_from_environment().value_or(20141004);
  CAPTURE(seed);
  test::Prng prng{seed};
  std::size_t accepted = 0;
  for (int i = 0; i < 4000; ++i) {
    const SlowPdu pdu =
        prng.chance(0.5) ? SlowPdu{test::random_lacpdu(prng)} : SlowPdu{test::random_marker(prng)};
    SlowFrame frame = emit_slow_frame(kSource, pdu);
    for (std::uint64_t flips = prng.below(4); flips > 0; --flips)
      frame[prng.below(frame.size())] ^= static_cast<std::byte>(1U << prng.below(8));
    const test::ExactBuffer cut{std::span{frame}.first(prng.below(frame.size() + 1))};
    if (parse_slow_frame(cut.span()).has_value()) ++accepted;
    const test::ExactBuffer payload{cut.span().subspan(std::min<std::size_t>(14, cut.span().size()))};
    static_cast<void>(parse_lacpdu(payload.span()));
    static_cast<void>(parse_marker_pdu(payload.span()));
  }
  CHECK(accepted > 100);
}

}  // namespace slow_frame_test
