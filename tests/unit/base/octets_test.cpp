#include <array>
#include <cstddef>

#include "base/byte_reader.hpp"
#include "base/byte_writer.hpp"
#include "support/catch.hpp"

namespace octets_test {

using namespace lagoon;

TEST_CASE("What a ByteWriter writes a ByteReader reads", "[base]") {
  std::array<std::byte, 13> octets{};
  ByteWriter writer{octets};
  writer.u8(0x7f);
  writer.be16(0x8809);
  writer.be32(0xdeadbeef);
  writer.mac(*parse_mac_address("01:80:c2:00:00:02"));
  CHECK(writer.written() == 13);
  CHECK_FALSE(writer.failed());

  ByteReader reader{octets};
  CHECK(reader.u8() == 0x7f);
  CHECK(reader.be16() == 0x8809);
  CHECK(reader.be32() == 0xdeadbeef);
  CHECK(to_string(reader.mac()) == "01:80:c2:00:00:02");
  CHECK_FALSE(reader.failed());
  CHECK(reader.remaining() == 0);
}

TEST_CASE("Reading and writing past the end fail for good and touch nothing", "[base]") {
  std::array<std::byte, 3> octets{std::byte{1}, std::byte{2}, std::byte{3}};
  ByteReader reader{octets};
  CHECK(reader.be32() == 0);
  CHECK(reader.failed());
  CHECK(reader.u8() == 0);

  ByteReader skipper{octets};
  skipper.skip(4);
  CHECK(skipper.failed());

  ByteWriter writer{octets};
  writer.be16(0xffff);
  writer.be16(0xffff);
  CHECK(writer.failed());
  CHECK(octets[2] == std::byte{3});
}

}  // namespace octets_test
