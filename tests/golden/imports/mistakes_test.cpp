// What is wrong with a description, or has no counterpart: refused in words, or named in a comment. A text
// that is expected stands in what comes out, an error included; one with '!' before it does not.
#include <string>
#include <string_view>
#include <vector>

#include "config/file/yaml_reader.hpp"
#include "imports/import.hpp"
#include "support/catch.hpp"

namespace lagoon::imports::mistakes_test {
namespace {

struct Row {
  std::vector<Source> sources;
  std::vector<std::string_view> expected;
};

// An ifcfg-bond0 with these options, and two members.
std::vector<Source> bond_of(std::string_view options) {
  return {{"ifcfg-bond0", "DEVICE=bond0\nBONDING_OPTS=\"" + std::string{options} + "\"\n"},
          {"ifcfg-eth0", "DEVICE=eth0\nMASTER=bond0\n"},
          {"ifcfg-eth1", "DEVICE=eth1\nMASTER=bond0\n"}};
}

std::string many(std::string_view words, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += words;
  return all;
}

// "e0 e1 .." of this many.
std::string numbered(std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += "e" + std::to_string(i) + " ";
  return all;
}

void check(const Row& row, bool comes_out) {
  const auto made = import_bonds(row.sources);
  const std::string said = made ? *made : made.error().detail;
  CAPTURE(said);
  CHECK(made.has_value() == comes_out);
  if (made) {
    const auto read = config::parse_config(*made);
    REQUIRE(read);
    CHECK(read->warnings.empty());
  }
  for (std::string_view words : row.expected) {
    CAPTURE(std::string{words});
    const bool absent = words.starts_with('!');
    CHECK(said.contains(absent ? words.substr(1) : words) != absent);
  }
}

}  // namespace

TEST_CASE("What is no description of a bond is refused with its name and the reason", "[imports]") {
  const std::vector<Row> rows{
      {{{"a", ""}}, {"a: it is empty"}},
      {{{"a", "\n  \r\n"}}, {"a: it is empty"}},
      {{{"a", "hello\n"}}, {"a: it is none of the formats", "docs/import.md"}},
      {{{"ifcfg-bond0", std::string("DEVICE=bond0\0\x7f"
                                    "ELF",
                                    17)}},
       {"it is no text"}},
      {{{"ifcfg-bond0", "DEVICE=bond0\n" + std::string(300'000, '#')}}, {"it is too large"}},
      {{{"interfaces", "auto lo\niface lo inet loopback\nsource interfaces.d/*\n"}},
       {"there is no bond in it", "source interfaces.d/*  (is not followed"}},
      {{{"ip.json", "[{\"ifname\": \"eth0\", \"linkinfo\": {]"}}, {"ip.json:1: "}},
      {{{"netplan.yaml", "network:\n  bonds:\n   bond0: [\n"}}, {"netplan.yaml:"}},
      {{{"ifcfg-bond0", "DEVICE=bond0\nBONDING_OPTS=mode=4\n"}}, {"'bond0' has no members"}},
      {{{"b.netdev", "[NetDev]\nName=b\nKind=bond\n"},
        {"b.network", "[Match]\nName=en*\n[Network]\nBond=b\n"}},
       {"'b' has no members", "'en*': a pattern; name each interface"}},
      {{{"b.netdev", "[NetDev]\nName=b\nKind=bond\n"},
        {"b.network", "[Match]\nMACAddress=02:00:00:00:00:01\n[Network]\nBond=b\n"}},
       {"'b' has no members", "names no interface"}},
      {{{"ifcfg-eth0", "DEVICE=eth0\nMASTER=bond0\n"}},
       {"nothing says what mode 'bond0' has", "its own file"}},
      {{{"interfaces",
         "iface bond0 inet dhcp\n bond-mode 1\n bond-slaves eth0 eth1\n"
         "iface bond1 inet dhcp\n bond-mode 1\n bond-slaves eth1 eth2\n"}},
       {"'eth1' is a member of 'bond0' and of 'bond1'"}},
      {{{"bond0",
         "Bonding Mode: load balancing (xor)\nSlave Interface: e0\nBonding Mode: load balancing (xor)\n"}},
       {"bond0: there are several bonds in it"}},
      {{{"ifcfg-all", "DEVICE=bond0\nBONDING_OPTS=mode=1\nDEVICE=eth0\nMASTER=bond0\n"}},
       {"several files in one"}},
      {bond_of("mode=4 " + many("mode=1 ", 20'000)), {"what comes out is larger"}},
      {{{"interfaces", "iface b inet dhcp\n bond-mode 4\n bond-slaves " + numbered(40)}},
       {"no configuration comes out of it", "members has 40 items"}},
      {bond_of("mode=7 miimon=100"), {"ifcfg-bond0:2: mode=7", "mode is '7'; expected balance-rr"}},
      {{{"v", "create bond mode laccp\nbond add BondEthernet0 host-eth0\n"}}, {"v:1: mode laccp"}},
      {{{"v", "--vdev net_bonding0,member=0000:01:00.0,member=0000:01:00.1\n"}}, {"nothing says what mode"}},
  };
  for (const Row& row : rows) check(row, false);
}

TEST_CASE("Words and numbers of Linux's parameters come out as what they say", "[imports]") {
  const std::vector<Row> rows{
      {bond_of("mode=4 lacp_rate=1 xmit_hash_policy=1 ad_select=2"),
       {"mode: 4", "rate: 1", "hash: 1", "select: 2", "system-priority: 65535"}},
      {bond_of("mode=802.3ad lacp_rate=fast xmit_hash_policy=layer3+4"),
       {"mode: 802.3ad", "rate: fast", "hash: layer3+4"}},
      {bond_of("mode=1 primary=eth0 fail_over_mac=2 num_grat_arp=3 arp_interval=100 "
               "arp_ip_target=10.0.0.1,+10.0.0.2"),
       {"fail-over-mac: 2", "num-grat-arp: 3", "num-unsol-na: 3", "arp-ip-target: [10.0.0.1, 10.0.0.2]"}},
      {bond_of("mode=6 lp_interval=5 tlb_dynamic_lb=yes"), {"lp-interval: 5s", "!tlb-dynamic-lb: yes"}},
      {bond_of("mode=1 miimon=100 miimon=50"), {"miimon: 50ms", "miimon=100  (it is said again below)"}},
  };
  for (const Row& row : rows) check(row, true);
}

TEST_CASE("What is wrong, has no counterpart or another meaning is named", "[imports]") {
  const std::vector<Row> rows{
      {bond_of("mode=1 miimon=abc min_links=9 primary=eth7 frob=1 use_carrier=1 queue_id=3 lonely"),
       {"miimon=abc  (", "min_links=9  (", "primary=eth7  (", "frob=1  (there is nothing like it here)",
        "use_carrier=1  (", "queue_id=3  (", "lonely  (it is no parameter"}},
      {bond_of("mode=1 lacp_rate=fast"), {"lacp_rate=fast  (lacp has no effect in mode active-backup"}},
      {bond_of("mode=1 updelay=200"), {"updelay=200  (Linux passes it over without miimon)", "!updelay: "}},
      {bond_of("mode=4 updelay=200"), {"updelay: 200ms"}},
      {bond_of("mode=4 ad_user_port_key=5"), {"key: 5", "is the whole key here"}},
      {bond_of("mode=4 ad_actor_system=00:00:00:00:00:00"), {"(it says that nothing is set)", "!system-id"}},
      {{{"i",
         "iface bond0 inet static\n  bond-mode 1\n  bond-slaves glob eth[0-1]\n  bond-slaves eth0 a/b\n"
         "  bond-primary eth0 eth1\n"}},
       {"glob", "'eth[0-1]': a pattern", "'a/b': no name of an interface", "primary: eth0"}},
      {{{"o",
         "bond_mode : balance-slb\ninterfaces : [u1, u2]\nname : b\n\n_uuid : u1\nname : eth0\n\n_uuid : u2\n"
         "name : vx\ntype : vxlan\nother_config : {lacp-port-id=\"7\"}\n"}},
       {"mode: balance-xor", "needs no LAG at the switch", "'vx' is of a type that is not known",
        "interval: 10000ms", "!port-number"}},
      {{{"t.conf",
         "{\"device\": \"t\", \"runner\": {\"name\": \"lacp\", \"agg_select_policy\": \"port_config\",\n"
         "\t\"tx_hash\": [\"eth\", \"tcp\", \"odd\"], \"tx_balancer\": {\"name\": \"basic\", "
         "\"balancing_interval\": 30}},\n\t\"ports\": {\"e0\": {\"queue_id\": 1}, \"e1\": {}}}\n"}},
       {"goes by prio", "'odd' is no part", "hash: [l2, l4]", "interval: 3000ms", "queue_id: 1  ("}},
      {{{"r",
         "ifconfig_lagg0=\"laggproto lacp laggport a0 laggport a1 use_numa flowid_shift 4 -lacp_strict\"\n"
         "ifconfig_lagg0_name=\"up\"\n"}},
       {"use_numa  (", "flowid_shift 4  (", "strict: false", "ifconfig_lagg0_name=up  ("}},
      {{{"v",
         "-l 0-3 --vdev net_tap0,iface=t0 --vdev "
         "'net_bonding0,mode=1,slave=net_tap0,slave=1,slave=0000:01:00.0'\n"}},
       {"dev: \"net_tap0,iface=t0\"", "slave=1  (a port's number", "dev: 0000:01:00.0"}},
      {{{"k.nmconnection",
         "[connection]\nid=k\ntype=bond\ninterface-name=b\nzone=home\n[bond]\nmode=1\nupdelay=100\n"},
        {"m.nmconnection",
         "[connection]\ntype=ethernet\ninterface-name=e0\nmaster=k\n[ethernet]\nmtu=9000\n"
         "[bond-port]\nprio=3\n"}},
       {"zone=home  (", "mtu=9000  (of a member", "priority: 3", "miimon: 100ms", "updelay: 100ms"}},
      {bond_of("mode=4 xmit_hash_policy=\xff\x01"), {"hash", "xmit_hash_policy=? "}},
  };
  for (const Row& row : rows) check(row, true);
}

TEST_CASE("Line ends, quotes, comments and long lines are read as there", "[imports]") {
  const std::vector<Row> rows{
      {{{"ifcfg-bond0",
         "\xEF\xBB\xBF# of old\r\nDEVICE='bond0'\r\nBONDING_OPTS=\"mode=4 \\\r\n  miimon=50\"  # "
         "x\r\nMTU=1400 # y\r\n"},
        {"ifcfg-eth0", "DEVICE=\"eth0\"\r\nMASTER=bond0\r\n"}},
       {"mode: 4", "miimon: 50ms", "mtu: 1400  # ifcfg-bond0:5", "iface=eth0"}},
      {{{"interfaces",
         "iface bond0 inet manual\r\n  bond-slaves eth0 \\\r\n    eth1\r\n  # bond-mode 2\r\n  bond-mode "
         "1\r\n"}},
       {"mode: 1  # interfaces:5", "iface=eth0", "iface=eth1"}},
      {{{"rc.conf",
         "ifconfig_lagg0='laggproto lacp \\\n laggport em0 \\\n laggport em1'\nifconfig_lagg0_alias0=\"inet "
         "10.0.0.2/32\"\n"}},
       {"iface=em1", "rc.conf:4: inet 10.0.0.2/32"}},
      {{{"n.netdev", "; old\n[NetDev]\nName=b\nKind=bond\n[Bond]\nMode=1\nMIIMonitorSec=1\n"},
        {"n.network", "[Match]\nName=e0\nName=e1\n[Network]\nBond=b\n"}},
       {"miimon: 1s", "iface=e0", "iface=e1"}},
  };
  for (const Row& row : rows) check(row, true);
}

TEST_CASE("Several files may have several bonds, of several systems", "[imports]") {
  const auto made = import_bonds(
      std::vector<Source>{{"v.cli", "create bond mode lacp id 3\nbond add BondEthernet3 host-e4\n"},
                          {"rc.conf", "ifconfig_lagg0=\"laggproto lacp laggport e0 laggport e1\"\n"},
                          {"interfaces", "iface bond0 inet dhcp\n bond-mode 4\n bond-slaves e2 e3\n"}});
  REQUIRE(made);
  CAPTURE(*made);
  // (lagg's defaults are lagg's alone)
  CHECK(made->find("rate: slow") > made->find("name: lagg0"));
  for (const std::string_view words :
       {"[host-bond0, bond0]", "[host-lagg0, lagg0]", "[host-BondEthernet3, BondEthernet3]"})
    CHECK(made->contains(words));
}

TEST_CASE("With PCI devices each member is its address, or says why it is not", "[imports]") {
  const Devices devices{.pci_address_of = [](const std::string& interface) {
    return interface == "eth0" ? std::optional<std::string>{"0000:3b:00.0"} : std::nullopt;
  }};
  const auto made = import_bonds(bond_of("mode=4"), devices);
  REQUIRE(made);
  CAPTURE(*made);
  for (const std::string_view words : {"dev: 0000:3b:00.0", "iface=eth1", "# 'eth1' has no PCI address"})
    CHECK(made->contains(words));
}

}  // namespace lagoon::imports::mistakes_test
