#include <array>

#include "config/text/source_map.hpp"
#include "config/text/suggest.hpp"
#include "config/values/device_name.hpp"
#include "support/catch.hpp"

namespace lagoon::config::words_test {
namespace {

TEST_CASE("The nearest word is suggested, and none when none is near", "[config][words]") {
  static constexpr std::array<std::string_view, 4> kWords{"min-links", "min-links-up", "max-links", "mac"};
  CHECK(nearest("min-link", kWords) == "min-links");
  CHECK(nearest("min_links_up", kWords) == "min-links-up");
  CHECK(nearest("amc", kWords) == "mac");  // neighbours swapped
  CHECK(nearest("max-lnks", kWords) == "max-links");
  CHECK_FALSE(nearest("speed", kWords));
  CHECK_FALSE(nearest("", kWords));
  CHECK_FALSE(nearest("xy", kWords));
  CHECK_FALSE(nearest(std::string(1000, 'm'), kWords));
}

TEST_CASE("A place is found by its own path or by what encloses it", "[config][words]") {
  SourceMap source;
  CHECK_FALSE(source.find("lags[0].mac"));
  source.place("", {1, 1});
  source.place("lags[0]", {3, 5});
  CHECK(source.find("lags[0].members[2].name") == Position{3, 5});
  CHECK(source.find("lags[01]") == Position{1, 1});
}

TEST_CASE("A broken value breaks what it is part of and what is part of it", "[config][words]") {
  SourceMap source;
  source.mark_broken("lags[1].options.lacp");
  CHECK(source.broken("lags[1].options.lacp"));
  CHECK(source.broken("lags[1].options.lacp.key"));
  CHECK(source.broken("lags[1]"));
  CHECK(source.broken("lags"));
  CHECK_FALSE(source.broken("lags[1].la"));
  CHECK_FALSE(source.broken("lags[1].lacpx"));
  CHECK_FALSE(source.broken("lags[0]"));
}

TEST_CASE("Devargs name a device and the interface it sits on", "[config][words]") {
  CHECK(device_of("net_af_packet0,iface=eth0,blocksz=4096") == "net_af_packet0");
  CHECK(interface_of("net_af_packet0,blocksz=4096,iface=eth0") == "eth0");
  CHECK(interface_of("net_af_packet0,iface=eth0,x=1") == "eth0");
  CHECK_FALSE(interface_of("net_pcap0,rx_iface=eth0"));
  CHECK_FALSE(interface_of("net_vhost0,iface=/run/a-socket-with-a-long-name"));
  CHECK(interfaces_of("net_vhost0,iface=/run/a-socket-with-a-long-name").empty());
  CHECK_FALSE(interface_of("vdev:net_vhost0,queues=1,iface=a-socket-with-a-long-name"));
  CHECK(interfaces_of("net_vhost0,iface=eth0").empty());
  CHECK(interfaces_of("net_pcap0,rx_iface=a,tx_iface=b,rx_iface=a") ==
        std::vector<std::string_view>{"a", "b"});
  CHECK(interfaces_of("net_failsafe0,mac=x,dev(net_tap0,iface=a,remote=b),dev(net_af_packet0,iface=c)") ==
        std::vector<std::string_view>{"a", "b", "c"});
  CHECK(devices_within("net_failsafe0,mac=x,dev(3B:00.1,a=b),dev(net_tap0,iface=a)") ==
        std::vector<std::string>{"0000:3b:00.1", "net_tap0"});
  CHECK(devices_within("net_bonding0,mode=1,slave=net_null0,member=net_null1") ==
        std::vector<std::string>{"net_null0", "net_null1"});
  CHECK(devices_within("net_null0,no-rx=1").empty());
  CHECK(canonical_device("pci:3B:00.1,x=1") == "0000:3b:00.1");
  CHECK(canonical_device("vdev:net_Tap0") == "net_Tap0");
  CHECK(default_name(DevicePort{"0000:3b:00.0,a=b"}) == "0000:3b:00.0");
  CHECK(default_name(TapPort{"t0"}) == "t0");
  CHECK(default_name(WirePort{"w0"}) == "w0");
}

}  // namespace
}  // namespace lagoon::config::words_test
