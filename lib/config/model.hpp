// Config: what a configuration file says, as values. No YAML, no DPDK. config/reference.yaml documents every
// field; a test fails if one has no key there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ip_address.hpp"
#include "base/mac_address.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "config/text/diagnostics.hpp"
#include "config/values/capability.hpp"
#include "options/lag_options.hpp"

namespace lagoon::config {

/// What lcores do when they find nothing to do.
enum class Idle : std::uint8_t {
  busy,   // poll on: the shortest reaction, a whole CPU each
  relax,  // pause, then sleep briefly: a good guest on a small machine
};

struct Eal {
  std::vector<std::uint32_t> lcores{
      0, 1};                      // CPU numbers; the first is the control lcore, the others are workers
  bool huge = true;               // false: --no-huge
  std::string prefix = "lagoon";  // --file-prefix: the name of this instance
  std::uint32_t memory_mb = 0;    // 0: what the ports need
  Idle idle = Idle::busy;
  std::vector<std::string> extra{};  // more EAL arguments, as they are
  friend bool operator==(const Eal&, const Eal&) = default;
};

/// A DPDK device: "net_af_packet0,iface=eth0" (a vdev with its devargs) or "0000:3b:00.0,..." (PCI).
struct DevicePort {
  std::string devargs;
  friend bool operator==(const DevicePort&, const DevicePort&) = default;
};
/// A tap interface of that name: the kernel's own access.
struct TapPort {
  std::string interface;
  friend bool operator==(const TapPort&, const TapPort&) = default;
};
/// One end of a link inside this process: two users of one name are connected.
struct WirePort {
  std::string wire;
  friend bool operator==(const WirePort&, const WirePort&) = default;
};
using PortSource = std::variant<DevicePort, TapPort, WirePort>;

struct Port {
  std::string name;
  PortSource source;
  bool independent = false;  // no network behind it is behind the other box of a cluster as well
  friend bool operator==(const Port&, const Port&) = default;
};

struct Member {
  std::string name;  // its device's name unless given: "net_af_packet1", "0000:3b:00.0", the wire's name
  PortSource source;
  std::uint16_t port_priority = 32768;
  std::optional<std::uint16_t> port_number{};  // default: position in the LAG, from 1
  bool aggregatable = true;
  std::optional<BitsPerSecond> speed{};   // instead of what the port says
  std::optional<std::uint32_t> weight{};  // of its capacity, in units of weight-unit; instead of the speed's
  std::int32_t priority = 0;              // to become the active member; higher first
  control::Administration administration = control::Administration::enabled;  // state: enabled
  lldp::ExpectedNeighbor expect{};
  bool candidate = false;  // as it is opened: LACP runs, and it carries nothing until its LAG takes it
  friend bool operator==(const Member&, const Member&) = default;
};

struct Lag {
  std::string name;
  control::LagOptions options{};  // .lacp.system is zero unless given: then the LAG's MAC
  std::vector<Member> members;    // whose ports are open in this LAG, candidates among them
  std::vector<Member> from{};     // members are found among these (docs/auto-lag.md); empty: they are listed
  /// As a file has them.
  [[nodiscard]] const std::vector<Member>& listed() const noexcept { return from.empty() ? members : from; }
  friend bool operator==(const Lag&, const Lag&) = default;
};

/// A cross-connect, both ways, between two of: ports, LAGs.
struct Forward {
  std::string a;
  std::string b;
  friend bool operator==(const Forward&, const Forward&) = default;
};

/// Where an endpoint listens.
struct ListenAddress {
  IpAddress address{};
  std::uint16_t port = 0;
  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

/// Where entries of the LAGs' journals go as lines, one for each.
struct SystemLog {
  friend bool operator==(const SystemLog&, const SystemLog&) = default;
};
struct JournalFile {
  std::string path;
  friend bool operator==(const JournalFile&, const JournalFile&) = default;
};
using JournalSink = std::variant<std::monostate, SystemLog, JournalFile>;  // monostate: nowhere

/// The high four bits of a port's number.
inline constexpr std::uint8_t kNodeNumberMost = 14;

struct ClusterNode {
  std::string name;
  std::uint8_t number = 0;
  friend bool operator==(const ClusterNode&, const ClusterNode&) = default;
};

struct EtcdAccess {
  std::vector<std::string> endpoints{};
  Duration lease = 2s;
  std::optional<std::string> user{};
  std::optional<std::string> password_file{};
  std::optional<std::string> ca{};  // files of PEM
  std::optional<std::string> certificate{};
  std::optional<std::string> key{};
  friend bool operator==(const EtcdAccess&, const EtcdAccess&) = default;
};

/// The channel to the other box.
struct PeerAccess {
  IpAddress address{};
  std::optional<IpAddress> bind{};  // nothing: any of this box
  std::uint16_t port = 4793;        // of UDP; IANA has given it to nobody
  Duration interval = 100ms;
  std::optional<std::string> key_file{};
  friend bool operator==(const PeerAccess&, const PeerAccess&) = default;
};

/// The two boxes that have some LAGs together (docs/cluster.md).
struct Cluster {
  std::string domain;
  std::string node;  // this box
  std::vector<ClusterNode> nodes{};
  EtcdAccess etcd{};
  std::optional<PeerAccess> peer{};
  friend bool operator==(const Cluster&, const Cluster&) = default;
};

struct Config {
  Eal eal{};
  std::optional<ListenAddress> metrics{};  // of the Prometheus endpoint; nothing: there is none
  JournalSink journal = SystemLog{};
  std::optional<std::string> user{};            // whom lagoond becomes; nothing: it stays who has started it
  std::vector<Capability> keep_capabilities{};  // besides those that its devices need
  Duration shutdown_timeout = 5s;  // from the word to end to the end of the process, whatever stands
  Duration stall_after = 1s;       // a worker or the control lcore that stands for so long is said to
  std::optional<Duration> stall_fatal = 10s;  // and for so long, to be lost: nothing: never
  std::optional<Cluster> cluster{};
  std::vector<Port> ports;
  std::vector<Lag> lags;
  std::vector<Forward> forward;
  Diagnostics warnings{};  // of the file it was read from
};

}  // namespace lagoon::config
