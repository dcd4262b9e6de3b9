// Which candidates become members: FormationKeeper over scenes, and share_out().
#include <deque>
#include <string>
#include <vector>

#include "control/formation/formation_keeper.hpp"
#include "control/formation/share_out.hpp"
#include "support/catch.hpp"

namespace lagoon::control::formation_keeper_test {
namespace {

constexpr Duration kLook = 50ms;

PartnerId partner(std::uint8_t number, std::uint16_t key = 1) {
  return {.priority = 1, .system = MacAddress{{2, 0, 0, 0, 9, number}}, .key = key};
}

/// LAGs that list all ports, and the ports; what the keeper decides is carried out.
class Scene {
 public:
  explicit Scene(std::size_t lags, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) names_.push_back("p" + std::to_string(i));
    for (std::size_t i = 0; i < lags; ++i)
      pool.push_back({.name = i == 0 ? "lag0" : "lag1",
                      .system = MacAddress{{2, 0, 0, 0, 0, static_cast<std::uint8_t>(i)}},
                      .automatic = true,
                      .from = names_});
    for (const std::string& name : names_)
      ports.push_back({.name = name,
                       .member = MemberIndex{static_cast<std::uint8_t>(ports.size())},
                       .candidate = true,
                       .link = {.up = true, .speed = mbps(10'000)},
                       .aggregates = true});
  }
  void lead(std::size_t port, std::optional<PartnerId> to) { ports[port].partner = to; }
  void hear(std::size_t port, const std::string& system, bool lagoon = false) {
    lldp::Neighbor n;
    n.said.chassis = {.subtype = 7, .value = wire::lldp_value("chassis of " + system)};
    n.said.port = {.subtype = 5, .value = wire::lldp_value("e" + std::to_string(port))};
    n.said.system_name = wire::lldp_value(system);
    if (lagoon) n.said.lagoon = wire::LldpLagoon{};
    ports[port].neighbors = heard_.emplace_back(1, n);
  }
  void run(Duration time) {
    for (const Instant until = now + time; now < until; now += kLook) look();
  }
  void look() {
    verdicts = keeper.judge(pool, ports, now);
    for (std::size_t i = 0; i < ports.size(); ++i) {
      ports[i].candidate = verdicts[i].candidate;
      if (verdicts[i].joins) ports[i].joined = verdicts[i].joins;
      if (verdicts[i].candidate) ports[i].joined.reset();
    }
    if (!moves_at_once) return;
    for (const FormationKeeper::Move& move : keeper.moves())
      for (PoolPort& port : ports)
        if (port.name == move.port) port.lag = move.to;
  }
  /// "0" and "1" for members of LAGs, "-" for candidates.
  [[nodiscard]] std::string where() const {
    std::string all;
    for (const PoolPort& port : ports) all += port.candidate ? "-" : std::to_string(port.lag);
    return all;
  }
  [[nodiscard]] const std::string& words(std::size_t port) const { return verdicts[port].words; }

  Instant now{100s};
  FormationKeeper keeper{};
  std::vector<PoolLag> pool;
  std::vector<PoolPort> ports;
  std::vector<FormationKeeper::Verdict> verdicts{};
  bool moves_at_once = true;

 private:
  std::vector<std::string> names_{};
  std::deque<std::vector<lldp::Neighbor>> heard_{};
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("The Partner with most ports is served first, then the one with the lower System", "[formation]") {
  const auto share = [](std::vector<PartnerGroup> groups) { return share_out(groups, {true, true}); };
  const PartnerGroup two{.partner = partner(1), .ports = 2, .fits = {0, 1}, .ports_at = {2, 0}};
  const PartnerGroup three{.partner = partner(2), .ports = 3, .fits = {0, 1}, .ports_at = {3, 0}};
  const PartnerGroup low{.partner = partner(0), .ports = 2, .fits = {0, 1}, .ports_at = {2, 0}};
  using Shared = std::vector<std::optional<std::size_t>>;
  CHECK(share({two, three}) == Shared{1, 0});
  CHECK(share({two, low}) == Shared{1, 0});
  CHECK(share({two, low, three}) == Shared{std::nullopt, 1, 0});
  SECTION("a LAG that names it goes before others, and then where its ports are") {
    PartnerGroup named = two;
    named.named = {1};
    CHECK(share({named, low}) == Shared{1, 0});
    PartnerGroup there = two;
    there.ports_at = {0, 2};
    CHECK(share({there}) == Shared{1});
  }
  SECTION("only where it fits") {
    PartnerGroup only = three;
    only.fits = {1};
    CHECK(share({only, two}) == Shared{1, 0});
  }
}

TEST_CASE("Candidates join when they have settled", "[formation]") {
  Scene scene{1, 3};
  for (std::size_t i = 0; i < 3; ++i) scene.lead(i, partner(1));
  scene.run(3s);
  CHECK(scene.where() == "---");
  CHECK(has(scene.words(0), "has to stay its Partner for 3 s"));
  scene.run(kLook);
  CHECK(scene.where() == "000");
  CHECK(scene.ports[0].joined == partner(1));
  SECTION("one that comes later joins when it has") {
    scene.ports[2].candidate = true;
    scene.lead(2, partner(2));
    scene.run(10s);
    CHECK(scene.where() == "00-");
    CHECK(has(scene.words(2), "no LAG takes System 02:00:00:00:09:02"));
    scene.lead(2, partner(1));
    scene.run(2950ms);
    CHECK(scene.where() == "00-");
    scene.run(100ms);
    CHECK(scene.where() == "000");
  }
  SECTION("one that was away settles anew, whatever was known of it") {
    const PoolPort away = scene.ports.back();
    scene.ports.pop_back();
    scene.run(kLook);
    scene.ports.push_back(away);
    scene.ports.back().candidate = true;
    scene.run(1s);
    CHECK(scene.where() == "00-");
  }
}

TEST_CASE("One that does not settle holds others up for twice as long at the most", "[formation]") {
  Scene scene{1, 3};
  scene.lead(0, partner(1));
  scene.lead(1, partner(1));
  for (std::uint16_t key = 1; scene.now < Instant{} + 105s; ++key) {
    scene.lead(2, partner(2, key));
    scene.run(1s);
  }
  CHECK(scene.where() == "---");
  scene.lead(2, partner(3));
  scene.run(1100ms);
  CHECK(scene.where() == "00-");
}

TEST_CASE("Ports go to the LAG that takes their Partner", "[formation]") {
  Scene scene{2, 4};
  for (std::size_t i = 0; i < 4; ++i) scene.lead(i, partner(i < 2 ? 2 : 1));
  scene.run(3200ms);
  CHECK(scene.where() == "1100");
  SECTION("and follow it") {
    scene.ports[0].candidate = true;
    scene.lead(0, partner(1));
    scene.run(3200ms);
    CHECK(scene.where() == "0100");
  }
  SECTION("what a name says goes before the order") {
    Scene named{2, 4};
    named.pool[1].options.partner = "02:00:00:00:09:01";
    for (std::size_t i = 0; i < 4; ++i) named.lead(i, partner(i < 2 ? 2 : 1));
    named.run(3200ms);
    CHECK(named.where() == "0011");
  }
}

TEST_CASE("A LAG is kept for what is on its way there", "[formation]") {
  Scene scene{2, 3};
  scene.moves_at_once = false;
  scene.lead(0, partner(1));
  scene.lead(1, partner(1));
  scene.lead(2, partner(2));
  scene.run(3100ms);
  CHECK(scene.where() == "00-");
  REQUIRE(scene.keeper.moves() == std::vector<FormationKeeper::Move>{{.port = "p2", .from = 0, .to = 1}});
  CHECK(has(scene.words(2), "it goes to LAG 'lag1'"));
  const PoolPort moved = scene.ports.back();
  scene.ports.pop_back();
  scene.run(1s);
  CHECK(scene.keeper.moves().empty());
  scene.ports.push_back(moved);
  scene.ports.back().lag = 1;
  scene.ports.back().partner.reset();
  SECTION("and no longer, when it is withdrawn there") {
    scene.ports.back().withdrawn = true;
    scene.run(kLook);
    scene.ports.back().candidate = true;
    scene.lead(0, partner(3));
    scene.ports[0].candidate = true;
    scene.run(4s);
    CHECK(scene.keeper.moves() == std::vector<FormationKeeper::Move>{{.port = "p0", .from = 0, .to = 1}});
    return;
  }
  scene.run(kLook);
  CHECK(scene.where() == "001");
  CHECK(scene.ports.back().joined == partner(2));
}

TEST_CASE("What speaks against a candidate is told", "[formation]") {
  Scene scene{1, 3};
  for (std::size_t i = 0; i < 3; ++i) scene.lead(i, partner(1));
  std::string said;
  SECTION("another speed") {
    scene.ports[0].link.speed = mbps(1000);
    said = "it has 1000 Mb/s, and 'p1' of LAG 'lag0' 10000";
  }
  SECTION("another box") {
    for (const std::size_t i : {1U, 2U}) scene.hear(i, "sw1");
    scene.hear(0, "sw2");
    said = "LLDP has it lead to sw2 port e0, and 'p1' of LAG 'lag0' to sw1 port e1";
  }
  SECTION("LLDP is not heard, and has to be") {
    for (const std::size_t i : {1U, 2U}) scene.hear(i, "sw1");
    scene.pool[0].options.lldp = LldpVoice::require;
    said = "nobody there speaks LLDP";
  }
  SECTION("it does not aggregate") {
    scene.ports[0].aggregates = false;
    said = "does not aggregate this port";
  }
  SECTION("it leads back to us") {
    scene.lead(0, PartnerId{.priority = 1, .system = scene.pool[0].system, .key = 1});
    said = "leads back to us, to LAG 'lag0'";
  }
  SECTION("half duplex") {
    scene.ports[0].link.full_duplex = false;
    said = "half duplex";
  }
  SECTION("a LAG of listed members has that Partner") {
    scene.pool.push_back({.name = "told", .partner = partner(7)});
    scene.lead(0, partner(7));
    said = "is the Partner of LAG 'told', whose members are listed";
  }
  SECTION("the operator has taken it out") {
    scene.ports[0].withdrawn = true;
  }
  scene.run(8s);
  CHECK(scene.where() == "-00");
  CAPTURE(scene.words(0), said);
  CHECK(has(scene.words(0), said));
}

TEST_CASE("most is the most, and ignore takes what LLDP has elsewhere", "[formation]") {
  Scene scene{1, 3};
  for (std::size_t i = 0; i < 3; ++i) scene.lead(i, partner(1));
  SECTION("most") {
    scene.pool[0].options.most = 2;
    scene.run(5s);
    CHECK(scene.where() == "00-");
    CHECK(has(scene.words(2), "LAG 'lag0' has 2 members, which is auto.most"));
  }
  SECTION("ignore") {
    for (std::size_t i = 0; i < 3; ++i) scene.hear(i, "sw" + std::to_string(i));
    scene.pool[0].options.lldp = LldpVoice::ignore;
    scene.run(5s);
    CHECK(scene.where() == "000");
  }
  SECTION("an address, in any letters") {
    for (std::size_t i = 0; i < 3; ++i) scene.lead(i, partner(0x0a));
    scene.pool[0].options.partner = "02:00:00:00:09:0A";
    scene.run(5s);
    CHECK(scene.where() == "000");
  }
  SECTION("lagoon, and a name") {
    scene.pool[0].options.partner = "lagoon";
    scene.hear(1, "box", true);
    scene.run(5s);
    CHECK(scene.where() == "-0-");
    scene.pool[0].options.partner = "sw";
    scene.hear(0, "sw");
    scene.run(5s);
    CHECK(scene.where() == "0--");
  }
}

TEST_CASE("A silent member stays for keep", "[formation]") {
  Scene scene{1, 2};
  for (std::size_t i = 0; i < 2; ++i) scene.lead(i, partner(1));
  scene.run(4s);
  REQUIRE(scene.where() == "00");
  scene.lead(0, std::nullopt);
  scene.run(60s);
  CHECK(scene.where() == "00");
  scene.run(2 * kLook);
  CHECK(scene.where() == "-0");
}

}  // namespace lagoon::control::formation_keeper_test
