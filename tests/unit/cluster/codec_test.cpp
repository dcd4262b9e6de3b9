// PeerMessage as octets, and back.
#include <algorithm>
#include <string>
#include <vector>

#include "base/byte_writer.hpp"
#include "cluster/peer_codec.hpp"
#include "support/catch.hpp"
#include "support/prng.hpp"

namespace cluster_codec_test {

using namespace lagoon;
using namespace lagoon::cluster;

namespace {

std::string random_name(test::Prng& prng, std::size_t most = kNameMax) {
  std::string name(prng.between(1, most), '\0');
  for (char& c : name) c = static_cast<char>(prng.between('!', '~'));
  return name;
}

Instant random_time(test::Prng& prng) {
  return instant_from_ns(static_cast<std::int64_t>(prng.next() >> (2 + prng.below(60))));
}

std::optional<Instant> perhaps_a_time(test::Prng& prng) {
  return prng.chance(0.5) ? std::optional{random_time(prng)} : std::nullopt;
}

SystemId random_system(test::Prng& prng) {
  return {.priority = prng.u16(), .mac = prng.mac()};
}

PeerLag random_lag(test::Prng& prng) {
  return {.report = {.lag = random_name(prng),
                     .role = static_cast<Role>(prng.below(static_cast<std::uint64_t>(Role::refused) + 1)),
                     .fit = prng.chance(0.5),
                     .carries = prng.chance(0.5),
                     .using_id = random_system(prng),
                     .partner = {.system = random_system(prng), .key = prng.u16()}},
          .lag_id = random_system(prng),
          .epoch = Revision{static_cast<std::int64_t>(prng.next() >> 1)},
          .has_authority = prng.chance(0.5),
          .asks = prng.chance(0.5),
          .promised = perhaps_a_time(prng)};
}

PeerMessage random_message(test::Prng& prng, std::size_t lags) {
  PeerMessage message{.domain = random_name(prng),
                      .node = random_name(prng),
                      .number = static_cast<std::uint8_t>(prng.between(1, kNodeNumberMax)),
                      .incarnation = Incarnation{prng.next()},
                      .stamp = random_time(prng),
                      .echo_of = Incarnation{prng.next()},
                      .echo = perhaps_a_time(prng),
                      .lease = LeaseId{static_cast<std::int64_t>(prng.next() >> 1)},
                      .renew = prng.chance(0.5),
                      .renewed_lease = LeaseId{static_cast<std::int64_t>(prng.next() >> 1)},
                      .renewed = perhaps_a_time(prng),
                      .etcd = prng.chance(0.5)};
  for (std::size_t i = 0; i < lags; ++i) message.lags.push_back(random_lag(prng));
  return message;
}

PeerMessage small_message() {
  return {.domain = "rack7",
          .node = "a",
          .number = 1,
          .incarnation = Incarnation{0x0102030405060708},
          .stamp = Instant{10s},
          .etcd = true,
          .lags = {{.report = {.lag = "lag0", .role = Role::holder, .fit = true}, .epoch = Revision{7}}}};
}

}  // namespace

TEST_CASE("What was encoded is decoded to the same", "[cluster]") {
  test::Prng prng{test::seed_from_environment().value_or(1)};
  for (int i = 0; i < 2000; ++i) {
    const PeerMessage message = random_message(prng, prng.below(kLagsMax + 1));
    const std::vector<std::byte> octets = encode(message);
    CHECK(octets.size() <= kPeerMessageMax);
    CHECK(peer_message_size(octets) == octets.size());
    const std::optional<PeerMessage> read = decode_peer_message(octets);
    REQUIRE(read.has_value());
    CHECK((*read == message));
  }
}

TEST_CASE("The longest message fits what is said of it", "[cluster]") {
  test::Prng prng{2};
  PeerMessage message = random_message(prng, kLagsMax);
  message.domain = message.node = std::string(kNameMax, 'n');
  for (PeerLag& lag : message.lags) lag.report.lag = std::string(kNameMax, 'l');
  const std::vector<std::byte> octets = encode(message);
  CHECK(octets.size() == kPeerMessageMax);
  CHECK((decode_peer_message(octets) == message));
}

TEST_CASE("A message lies as the documents have it", "[cluster]") {
  const std::vector<std::byte> octets = encode(small_message());
  const auto at = [&](std::size_t place) { return std::to_integer<int>(octets.at(place)); };
  CHECK(std::string_view{reinterpret_cast<const char*>(octets.data()), 4} == "LGPC");
  CHECK(at(4) == 1);                                  // version
  CHECK(at(5) == 2);                                  // it has etcd
  CHECK(at(6) * 256 + at(7) == 66 + 6 + 2 + 5 + 44);  // length
  CHECK(at(8) == 1);                                  // number
  CHECK(at(9) == 1);                                  // LAGs
  CHECK(at(10) == 1);                                 // incarnation
  CHECK(at(17) == 8);
  CHECK(at(66) == 5);  // "rack7"
  CHECK(at(72) == 1);  // "a"
  CHECK(at(74) == 4);  // "lag0"
  CHECK(at(79) == static_cast<int>(Role::holder));
  CHECK(at(80) == 1);   // fit
  CHECK(at(114) == 7);  // the epoch's last octet
  CHECK(octets.size() == 123);
}

TEST_CASE("A message that was cut, or has something behind it, is refused", "[cluster]") {
  test::Prng prng{3};
  std::vector<std::byte> octets = encode(random_message(prng, 3));
  for (std::size_t size = 0; size < octets.size(); ++size) {
    const auto cut = std::span{octets}.first(size);
    CHECK_FALSE(decode_peer_message(cut));
    // (also where the head says that it is whole)
    std::vector<std::byte> mended(cut.begin(), cut.end());
    if (size < 8) continue;
    ByteWriter length{std::span{mended}.subspan(6, 2)};
    length.be16(static_cast<std::uint16_t>(size));
    CHECK_FALSE(decode_peer_message(mended));
  }
  octets.push_back(std::byte{0});
  CHECK_FALSE(decode_peer_message(octets));
}

TEST_CASE("What no Lagoon says is refused", "[cluster]") {
  const std::vector<std::byte> good = encode(small_message());
  REQUIRE(decode_peer_message(good));
  const auto with = [&](std::size_t at, int value) {
    std::vector<std::byte> octets = good;
    octets.at(at) = static_cast<std::byte>(value);
    return decode_peer_message(octets).has_value();
  };
  CHECK_FALSE(with(0, 'M'));   // another magic
  CHECK_FALSE(with(4, 2));     // another version
  CHECK_FALSE(with(5, 0x12));  // a bit that has no meaning
  CHECK_FALSE(with(7, 0));     // another length
  CHECK_FALSE(with(8, 0));     // number
  CHECK_FALSE(with(8, 15));
  CHECK_FALSE(with(9, 0));  // fewer LAGs, more LAGs
  CHECK_FALSE(with(9, 2));
  CHECK_FALSE(with(9, 65));
  CHECK_FALSE(with(18, 0x80));  // a stamp before the clock began, and one beyond its end
  CHECK_FALSE(with(18, 0x50));
  CHECK_FALSE(with(41, 1));     // an echo that is not there
  CHECK_FALSE(with(42, 0x80));  // a negative lease
  CHECK_FALSE(with(66, 0));     // no name, and a longer one
  CHECK_FALSE(with(66, 65));
  CHECK_FALSE(with(67, '\n'));  // what no terminal should be told
  CHECK_FALSE(with(79, 6));     // a role
  CHECK_FALSE(with(80, 0x20));
  CHECK_FALSE(with(107, 0x80));  // a negative epoch
  CHECK_FALSE(with(122, 1));     // a promise that is not there
  CHECK(with(122, 0));
}

}  // namespace cluster_codec_test
