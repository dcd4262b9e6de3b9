#include "dpdk/port/device.hpp"

#include "support/catch.hpp"

namespace device_test {

using namespace lagoon;
using namespace lagoon::dpdk;

TEST_CASE("Devices of the configuration are named as DPDK names them", "[dpdk][device]") {
  struct Row {
    const char* devargs;
    const char* name;
    DeviceBus bus;
    std::optional<std::string> interface;
  };
  const Row rows[] = {
      {"0000:3b:00.0", "0000:3b:00.0", DeviceBus::pci, {}},
      {"0000:3b:00.0,rx_vec=1", "0000:3b:00.0", DeviceBus::pci, {}},
      {"pci:0000:3B:00.0", "0000:3b:00.0", DeviceBus::pci, {}},
      {"3b:00.0", "0000:3b:00.0", DeviceBus::pci, {}},
      {"net_null0", "net_null0", DeviceBus::vdev, {}},
      {"vdev:net_af_packet1,iface=eth0", "net_af_packet1", DeviceBus::vdev, "eth0"},
      {"vdev:net_tap0,iface=t0", "net_tap0", DeviceBus::vdev, {}},
      {"net_af_packet1,iface=eth0", "net_af_packet1", DeviceBus::vdev, "eth0"},
      {"net_af_packet1,qpairs=2,iface=eth0,framecnt=64", "net_af_packet1", DeviceBus::vdev, "eth0"},
      {"net_af_xdp0,iface=eth1", "net_af_xdp0", DeviceBus::vdev, "eth1"},
      {"net_tap0,iface=t0", "net_tap0", DeviceBus::vdev, {}},
      {"net_pcap0,rx_pcap=in.pcap", "net_pcap0", DeviceBus::vdev, {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.devargs);
    const Device d = device_of(config::DevicePort{row.devargs}, 0);
    CHECK(d.name == row.name);
    CHECK(d.bus == row.bus);
    CHECK(d.carrier_interface == row.interface);
    CHECK(d.devargs == row.devargs);
  }
}

TEST_CASE("Taps get device names that differ, and the interface that was asked for", "[dpdk][device]") {
  const Device a = device_of(config::TapPort{"lag0-host"}, 0);
  const Device b = device_of(config::TapPort{"lag1-host"}, 1);
  CHECK(a.name != b.name);
  CHECK(a.devargs == a.name + ",iface=lag0-host");
  CHECK(a.is_tap);
  CHECK_FALSE(a.carrier_interface.has_value());
}

TEST_CASE("Packet sockets are for net_af_packet only", "[dpdk][device]") {
  CHECK(device_of(config::DevicePort{"net_af_packet1,iface=e0"}, 0).is_af_packet);
  CHECK_FALSE(device_of(config::DevicePort{"net_af_xdp1,iface=e0"}, 0).is_af_packet);
  CHECK_FALSE(device_of(config::DevicePort{"net_null0"}, 0).is_af_packet);
}

}  // namespace device_test
