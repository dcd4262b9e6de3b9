// Any octets as what the other box of a cluster says: refused, or read to a message that survives being
// written again, octet for octet. Magic and length are made right first, so that what lies behind is
// reached.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/byte_writer.hpp"
#include "base/check.hpp"
#include "cluster/peer_codec.hpp"
#include "cluster/peer_link.hpp"
#include "cluster/stations/codec.hpp"

using namespace lagoon;

namespace {

void check_stations(std::span<const std::byte> octets) {
  const auto message = cluster::decode_station_message(octets);
  if (!message) return;
  LAGOON_CHECK(message->stations.size() <= cluster::kStationsInMessage);
  LAGOON_CHECK(std::ranges::equal(cluster::encode(*message), octets));
}

void check(std::span<const std::byte> octets) {
  check_stations(octets);
  const auto message = cluster::decode_peer_message(octets);
  if (!message) return;
  LAGOON_CHECK(message->lags.size() <= cluster::kLagsMax);
  const std::vector<std::byte> again = cluster::encode(*message);
  LAGOON_CHECK(std::ranges::equal(again, octets));
  // (and whatever times it says, nothing overflows)
  cluster::PeerLink link{message->echo_of, 100ms, 2s};
  link.heard(*message, message->domain, message->node, Instant{1000s});
  static_cast<void>(link.both_ways(Instant{1000s}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span octets = std::as_bytes(std::span{data, size});
  check(octets);
  if (size < cluster::kPeerHeadSize) return 0;
  std::vector<std::byte> mended(octets.begin(), octets.end());
  ByteWriter head{mended};
  head.be32(0x4c475043);
  head.u8(cluster::kPeerVersion);
  head.u8(std::to_integer<std::uint8_t>(mended[5]) & 0x0fU);
  head.be16(static_cast<std::uint16_t>(size));
  check(mended);
  ByteWriter other{mended};
  other.be32(0x4c475053);
  other.u8(1);
  other.u8(0);
  check_stations(mended);
  return 0;
}
