// Which capabilities a configuration's devices need.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/file/yaml_reader.hpp"
#include "config/plan/capabilities.hpp"
#include "support/catch.hpp"

namespace lagoon::config::capabilities_test {
namespace {

PciBinding binding_of(std::string_view address) {
  const std::map<std::string_view, PciBinding> known{{"0000:01:00.0", {"vfio-pci", true}},
                                                     {"0000:02:00.0", {"mlx5_core", true}},
                                                     {"0000:03:00.0", {"uio_pci_generic", false}},
                                                     {"0000:04:00.0", {"vfio-pci", false}},
                                                     {"0000:05:00.0", {"", true}}};
  return known.at(address);
}

std::string needed(const std::string& devices, const std::string& more = {}) {
  const auto config = parse_config("lags: [{ name: a, members: [" + devices + "] }]\n" + more);
  CAPTURE(devices, more);
  REQUIRE(config.has_value());
  return in_words(capabilities_of(*config, binding_of));
}

TEST_CASE("Each kind of device has its capabilities, and no more", "[config][capabilities]") {
  struct Row {
    std::string device;
    std::string needed;
  };
  const auto [device, words] = GENERATE(
      Row{"{ dev: net_null0 }", "none"}, Row{"{ dev: net_ring0 }", "none"},
      Row{"{ dev: \"net_pcap0,rx_pcap=a.pcap,tx_pcap=b.pcap\" }", "none"},
      Row{"{ dev: \"net_memif0,role=client\" }", "none"},
      Row{"{ dev: \"net_af_packet0,iface=eth0\" }", "net_admin, net_raw"},
      Row{"{ dev: \"vdev:net_af_packet0,iface=eth0\" }", "net_admin, net_raw"},
      Row{"{ tap: t0 }", "net_admin, net_raw"}, Row{"{ dev: \"net_tap3,iface=t3\" }", "net_admin, net_raw"},
      Row{"{ dev: \"net_pcap0,iface=eth0\" }", "net_admin, net_raw"},
      Row{"{ dev: \"net_af_xdp0,iface=eth0\" }", "net_admin, net_raw, ipc_lock, sys_admin, perfmon, bpf"},
      Row{"{ dev: \"net_failsafe0,dev(net_af_packet0,iface=eth0),dev(net_ring0)\" }", "net_admin, net_raw"},
      Row{"{ dev: \"net_bonding0,mode=1,member=net_null1,member=01:00.0\" }", "ipc_lock"},
      Row{"{ dev: \"0000:01:00.0\" }", "ipc_lock"}, Row{"{ dev: \"pci:0000:01:00.0,x=1\" }", "ipc_lock"},
      Row{"{ dev: \"0000:02:00.0\" }", "net_admin, net_raw, ipc_lock"},
      Row{"{ dev: \"0000:03:00.0\" }", "ipc_lock, sys_rawio, sys_admin"},
      Row{"{ dev: \"0000:04:00.0\" }", "ipc_lock, sys_rawio, sys_admin"},
      Row{"{ dev: \"0000:05:00.0\" }", "ipc_lock, sys_rawio, sys_admin"});
  CHECK(needed(device) == words);
}

TEST_CASE("Ports, EAL's arguments and what is kept come to the members'", "[config][capabilities]") {
  const std::string ring = "{ dev: net_ring0 }";
  CHECK(needed(ring, "ports: [{ name: p, tap: t0 }]\n") == "net_admin, net_raw");
  CHECK(needed(ring, "eal: { args: [\"--vdev=net_tap0,iface=t0\"] }\n") == "net_admin, net_raw");
  CHECK(needed(ring, "eal: { args: [\"-a\", \"0000:01:00.0\"] }\n") == "ipc_lock");
  CHECK(needed(ring, "eal: { args: [\"-a0000:01:00.0\", \"--log-level=8\"] }\n") == "ipc_lock");
  CHECK(needed(ring, "keep-capabilities: [net_raw]\n") == "net_raw");
}

}  // namespace
}  // namespace lagoon::config::capabilities_test
