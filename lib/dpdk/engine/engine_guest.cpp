// An Engine in a program that has EAL and ports already: it makes what it needs for itself, and takes members
// as it finds them.
#include <net/if.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <numeric>

#include "config/values/device_name.hpp"
#include "dpdk/engine/engine_parts.hpp"

namespace lagoon::dpdk {

namespace {

// LACPDUs, Markers, probes, announcements. One pool for all LAGs of a process, and never freed: a port of the
// program's may hold some of it (in a ring to its peer, say) when the LAG has gone.
constexpr const char* kGuestPool = "lagoon_ctl";
constexpr unsigned kGuestMbufs = 2047;
constexpr unsigned kGuestCache = 32;

std::optional<std::uint16_t> number_in(const std::string& text) {
  std::uint16_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional{id} : std::nullopt;
}

std::optional<EthdevId> find(const Device& device) {
  std::uint16_t id = 0;
  if (rte_eth_dev_get_port_by_name(device.name.c_str(), &id) == 0) return EthdevId{id};
  if (const auto number = number_in(device.name); number && rte_eth_dev_is_valid_port(*number) != 0)
    return EthdevId{*number};
  return std::nullopt;
}

// Who gives arguments means a device that is made with them.
Result<void> as_said(const Device& device, EthdevId id) {
  rte_eth_dev_info info{};
  const std::size_t comma = device.devargs.find(',');
  if (comma == std::string::npos || rte_eth_dev_info_get(id.value(), &info) != 0 || info.device == nullptr)
    return {};
  const rte_devargs* const made = rte_dev_devargs(info.device);
  if (made == nullptr || made->args == nullptr || device.devargs.substr(comma + 1) == made->args) return {};
  return fail(Errc::already_exists, "device '" + device.name + "' is there already, made with '" +
                                        made->args + "'; give another name, or '" + device.name + "' alone");
}

// What its devargs would have said: the port was probed by others.
Device described(Device device, EthdevId id) {
  rte_eth_dev_info info{};
  std::array<char, RTE_ETH_NAME_MAX_LEN> name{};
  if (rte_eth_dev_get_name_by_port(id.value(), name.data()) == 0) device.name = name.data();
  if (rte_eth_dev_info_get(id.value(), &info) != 0) return device;
  const std::string_view driver = info.driver_name;
  device.is_tap = driver == "net_tap";
  device.is_af_packet = driver == "net_af_packet";
  std::array<char, IF_NAMESIZE> interface{};
  const bool hides = device.is_af_packet || driver == "net_af_xdp" || driver == "net_pcap";
  const bool is_there = info.if_index != 0 && if_indextoname(info.if_index, interface.data()) != nullptr;
  // (one that is gone by now is to be said to be gone, not to be up for ever)
  if (hides && is_there)
    device.carrier_interface = interface.data();
  else if (const auto said = config::interface_of(device.devargs); hides && info.if_index != 0 && said)
    device.carrier_interface = *said;
  device.is_af_packet = device.is_af_packet && is_there;
  return device;
}

}  // namespace

GuestPorts guest_ports_of(const Embedding& embedding) {
  return {.rx_queues = embedding.rx_queues,
          .tx_queues = embedding.tx_queues,
          .pools = embedding.pools,
          .rx_descriptors = embedding.rx_descriptors,
          .tx_descriptors = embedding.tx_descriptors,
          .conf = embedding.conf != nullptr ? std::make_shared<const rte_eth_conf>(*embedding.conf) : nullptr,
          .configure = embedding.configure_members,
          .owner = embedding.owner};
}

std::string Engine::Parts::name_of_object(std::string_view what) const {
  std::string name = "lagoon_" + std::string{what};
  if (!guest) return name;
  std::array<char, 16> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(),
                                          reinterpret_cast<std::uintptr_t>(this) >> 4U, 36);
  return name + "_" + std::string{digits.data(), end};
}

// What is there already was made by others, who close it.
Result<Port> Engine::Parts::find_or_open(const Device& device, const std::string& user) {
  const PortUser as{.words = user, .owns = true, .owner = guest->owner};
  const auto id = find(device);
  if (!id) return Port::open(device, as);
  // (who has it comes before how it was made)
  if (auto use = PortUse::begin(*id, as); !use) return std::unexpected{std::move(use).error()};
  LAGOON_TRY(as_said(device, *id));
  return Port::take(*id, described(device, *id), as);
}

Result<void> Engine::Parts::make_guest_pool() {
  pool = rte_mempool_lookup(kGuestPool);
  if (pool == nullptr)
    pool = rte_pktmbuf_pool_create(kGuestPool, kGuestMbufs, kGuestCache, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
                                   SOCKET_ID_ANY);
  if (pool == nullptr)
    return fail(Errc::no_resources, std::string{"a mempool for LACPDUs: "} + rte_strerror(rte_errno));
  return {};
}

Result<void> Engine::Parts::start_as_guest() {
  LAGOON_TRY(open_ports());
  pool_size.ports_most = RTE_MAX_ETHPORTS;
  LAGOON_TRY(make_guest_pool());
  LAGOON_TRY(make_rings());
  LagRuntime& lag = *lags.front();
  lag.workers.resize(guest->tx_queues);
  std::iota(lag.workers.begin(), lag.workers.end(), std::size_t{0});
  std::vector<MemberRuntime*> members;
  for_each_member(lag, [&](MemberIndex, MemberRuntime& member) { members.push_back(&member); });
  for (MemberRuntime* member : members) LAGOON_TRY(configure_member(*member, 0));
  LAGOON_TRY(publisher.open(unsigned{guest->rx_queues} + guest->tx_queues, SnapshotMemory::shared));
  for (MemberRuntime* member : members) LAGOON_TRY(start_member(*member, 0));
  for (MemberRuntime* member : members) member->port.drain();
  return make_lags();
}

}  // namespace lagoon::dpdk
