// Whom a LAG asks for retry counts, as LLDP shows the other end, and what is told of it.
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/byte_writer.hpp"
#include "support/catch.hpp"
#include "unit/control/pair.hpp"
#include "wire/lldp/lldp.hpp"
#include "wire/lldp/lldpdu.hpp"

namespace lagoon::control {
namespace {

using test::at;
using test::Pair;

lacp::RetryView retry_of(const Pair& pair, std::size_t end, std::size_t member) {
  return pair.ends[end]->status(pair.now).members[member].lacp.retry;
}

// A member's neighbour says what it is.
void hear_lldp(Pair& pair, std::size_t member, std::string_view description) {
  wire::Lldpdu said{.chassis = {.subtype = 7, .value = wire::lldp_value("box")},
                    .port = {.subtype = 5, .value = wire::lldp_value("Ethernet0")},
                    .ttl_s = 120};
  said.system_description = wire::lldp_value(description);
  std::array<std::byte, 300> octets{};
  ByteWriter header{octets};
  header.mac(wire::kLldpAddress);
  header.mac(MacAddress{{2, 9, 9, 9, 9, 9}});
  header.be16(wire::kLldpEtherType);
  const std::size_t size = wire::emit_lldpdu(said, std::span{octets}.subspan(header.written()));
  pair.ends[0]->frame_received(at(member), std::span{octets}.first(header.written() + size), pair.now);
}

TEST_CASE("Two Lagoons find by LLDP that both know retry counts", "[retry]") {
  Pair pair{2,
            [](LagSettings& s) { s.identity = SystemIdentity{.name = "host", .description = "Lagoon 1.0"}; }};
  pair.all_links(true);
  pair.advance(30s);
  for (std::size_t end = 0; end < 2; ++end)
    for (std::size_t member = 0; member < 2; ++member) CHECK(retry_of(pair, end, member).known);
}

TEST_CASE("A SONiC is asked, and nobody else is", "[retry]") {
  Pair pair{2};
  pair.all_links(true);
  pair.advance(10s);
  hear_lldp(pair, 0, "SONiC Software Version: SONiC.202311 - HwSku: x");
  hear_lldp(pair, 1, "Some other switch");
  pair.advance(30s);
  CHECK(retry_of(pair, 0, 0).known);
  CHECK(retry_of(pair, 1, 0).known);
  CHECK(retry_of(pair, 0, 1).sent == 0);
  CHECK_FALSE(retry_of(pair, 1, 1).known);
}

TEST_CASE("What the Partner asks for stands in the journal, with how long that is", "[retry]") {
  Pair pair{1, [](LagSettings& s) { s.options.lacp.retry_probe = lacp::RetryProbe::always; }};
  pair.all_links(true);
  pair.advance(10s);
  refresh(*pair.ends[1], pair.now);
  pair.exchange();
  const Journal& journal = pair.ends[0]->journal();
  std::vector<std::string> told;
  for (std::size_t i = 0; i < journal.size(); ++i)
    if (journal[i].kind == "retry_count")
      told.push_back(std::string{journal[i].from} + " " + std::string{journal[i].to} + " " +
                     journal[i].evidence);
  CHECK(told == std::vector<std::string>{
                    "unknown 3 the Partner knows retry counts: it is waited for through 3 periods, 3.0 s",
                    "3 10 the Partner knows retry counts: it is waited for through 10 periods, 13.0 s"});
}

}  // namespace
}  // namespace lagoon::control
