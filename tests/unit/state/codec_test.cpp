// A State as octets and back, and everything that is not one.
#include <bit>
#include <span>
#include <string>
#include <vector>

#include "filled_state.hpp"
#include "state/codec.hpp"
#include "support/catch.hpp"

namespace codec_test {

using namespace lagoon;
using namespace lagoon::state;

TEST_CASE("A State that was written is read again", "[state][codec]") {
  const State state = state::test::filled_state();
  CHECK((decode(encode(state)) == state));
  CHECK((decode(encode(State{})) == State{}));
}

TEST_CASE("A State that is torn at any octet, or goes on behind its end, is refused", "[state][codec]") {
  std::vector<std::byte> whole = encode(state::test::filled_state());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto read = decode(std::span{whole}.first(size));
    CAPTURE(size);
    REQUIRE_FALSE(read);
    REQUIRE(read.error() == DecodeFault::torn);
  }
  whole.push_back(std::byte{0});
  CHECK(decode(whole).error() == DecodeFault::torn);
}

TEST_CASE("A State with any bit another one is refused", "[state][codec]") {
  const std::vector<std::byte> whole = encode(state::test::filled_state());
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::vector<std::byte> damaged = whole;
      damaged[at] ^= static_cast<std::byte>(1U << bit);
      CAPTURE(at, bit);
      REQUIRE_FALSE(decode(damaged));
    }
}

TEST_CASE("What is no State says what it is", "[state][codec]") {
  const std::string text = "eal: { lcores: [0, 1] }";
  CHECK(decode(std::as_bytes(std::span{text})).error() == DecodeFault::foreign);
  std::vector<std::byte> another = encode(State{});
  another[9] = std::byte{1};
  CHECK(decode(another).error() == DecodeFault::version);
  for (const DecodeFault fault : {DecodeFault::foreign, DecodeFault::version, DecodeFault::torn,
                                  DecodeFault::damaged, DecodeFault::nonsense})
    CHECK_FALSE(name_of(fault).empty());
}

}  // namespace codec_test
