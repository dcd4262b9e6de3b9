#include "dpdk/port/port.hpp"

#include <net/if.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "dpdk/base/capabilities.hpp"
#include "dpdk/base/kernel_interface.hpp"
#include "dpdk/base/log.hpp"
#include "dpdk/base/packet_ring.hpp"
#include "dpdk/port/guest_ports.hpp"
#include "dpdk/port/slow_path_steering.hpp"

namespace lagoon::dpdk {

namespace {

constexpr std::uint16_t kRxDescriptors = 1024;
constexpr std::uint16_t kTxDescriptors = 1024;

// One flag for each ethdev, set by DPDK's interrupt thread. DPDK's port ids are process-wide, and so is this.
std::array<std::atomic<bool>, RTE_MAX_ETHPORTS> link_interrupts{};

int on_link_interrupt(std::uint16_t port, rte_eth_event_type, void*, void*) {
  // Pairs with the exchange in take_link_interrupt().
  link_interrupts[port].store(true, std::memory_order_release);
  return 0;
}

Result<rte_eth_dev_info> info_of(EthdevId id) {
  rte_eth_dev_info info{};
  if (const int error = rte_eth_dev_info_get(id.value(), &info); error != 0)
    return fail(Errc::system, std::string{"rte_eth_dev_info_get: "} + rte_strerror(-error));
  return info;
}

// What these send on a queue the other end receives on its queue of that number.
constexpr std::array<std::string_view, 4> kPairing{"net_ring", "net_memif", "net_vhost", "net_virtio_user"};

// Where a port tells by interrupt, ethdev gives what it told last, and a poll asks nobody. So it is for
// drivers only whose interrupts come: under VFIO these two give none (docs/nics.md), and they are asked.
bool tells_of_links(const rte_eth_dev_info& info) {
  const std::string_view driver = info.driver_name;
  if (driver == "net_e1000_em" || driver == "net_vmxnet3") return false;
  return (*info.dev_flags & RTE_ETH_DEV_INTR_LSC) != 0;
}

}  // namespace

QueueOffer Port::offer() const {
  const auto info = info_of(id_);
  if (!info) return {};
  const std::string_view driver = info->driver_name;
  const bool all_or_nothing = driver == "net_af_packet" || driver == "net_tap";
  if (driver == "net_tap") return {.rx = 1, .tx = 1, .all_or_nothing = true};
  // (It says two for every chip. Most have one, and what is sent on the other never leaves.)
  if (driver == "net_e1000_em") return {.rx = 1, .tx = 1};
  return {.rx = info->max_rx_queues,
          .tx = info->max_tx_queues,
          .all_or_nothing = all_or_nothing,
          .paired = std::ranges::find(kPairing, driver) != kPairing.end()};
}

Result<void> Port::configure(const PortNeeds& needs) {
  const auto info = info_of(id_);
  if (!info) return std::unexpected{info.error()};
  mtu_for_ = needs.guest != nullptr ? MtuFor::program : MtuFor::appliance;
  if (needs.guest != nullptr && !needs.guest->configure) return take_as_configured(*needs.guest);
  QueueOffer has = offer();
  std::uint16_t rx = needs.guest != nullptr ? needs.guest->rx_queues : needs.workers;
  std::uint16_t tx = needs.guest != nullptr ? needs.guest->tx_queues : needs.workers;
  const std::uint16_t senders = tx;
  // (a tap of a program's has as many as it wants, and as many each way, which its driver insists on)
  if (needs.guest != nullptr && std::string_view{info->driver_name} == "net_tap")
    has.rx = has.tx = std::min(info->max_rx_queues, std::max(rx, tx));
  if (has.all_or_nothing) {
    rx = std::max(rx, has.rx);
    tx = std::max(tx, has.tx);
  }
  if (rx > has.rx || tx > has.tx)
    return fail(Errc::no_resources, device_.name + ": " + std::to_string(rx) + " queues to receive and " +
                                        std::to_string(tx) + " to send are wanted, the port has " +
                                        std::to_string(has.rx) + " and " + std::to_string(has.tx));
  rx_queues_ = rx;
  if (needs.member && !has.paired) {
    if (has.all_or_nothing ? tx > senders : has.tx > tx) {
      if (!has.all_or_nothing) ++tx;
      control_tx_ = QueueId{static_cast<std::uint16_t>(tx - 1)};
    }
    steerable_ = !has.all_or_nothing && has.rx > rx && can_steer_slow_protocols(id_);
    if (steerable_) control_rx_ = QueueId{rx++};
  }

  const bool chosen = needs.guest != nullptr && needs.guest->conf != nullptr;
  rte_eth_conf conf = chosen ? *needs.guest->conf : rte_eth_conf{};
  // What one mbuf does not hold needs several. Nothing else is asked of a port's offloads.
  if (needs.mtu && *needs.mtu + RTE_ETHER_HDR_LEN + RTE_VLAN_HLEN > RTE_MBUF_DEFAULT_DATAROOM) {
    conf.rxmode.offloads |= info->rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER;
    conf.txmode.offloads |= info->tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
  }
  if (rx_queues_ > 1 && !has.all_or_nothing && !chosen) {
    conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
    conf.rx_adv_conf.rss_conf.rss_hf = info->flow_type_rss_offloads & (RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP |
                                                                       RTE_ETH_RSS_UDP | RTE_ETH_RSS_SCTP);
  }
  conf.intr_conf.lsc = tells_of_links(*info) ? 1 : 0;
  if (const int error = rte_eth_dev_configure(id_.value(), rx, tx, &conf); error != 0)
    return fail(Errc::system, failure_in_words(device_, "rte_eth_dev_configure", error));
  // (drivers tell of links that don't say they do)
  rte_eth_dev_callback_register(id_.value(), RTE_ETH_EVENT_INTR_LSC, on_link_interrupt, nullptr);
  if (needs.mtu) {
    if (auto set = set_mtu(needs.mtu); !set)
      return fail(set.error().code, device_.name + ": " + set.error().detail);
  } else if (auto kept = set_mtu(std::nullopt); !kept) {
    log_line(LogLevel::warning, device_.name + ": can't have its own MTU again: " + kept.error().detail);
  }
  return set_up_queues(needs, rx, tx);
}

// (A port that somebody else has configured: a queue more than the LAG's is ours.)
Result<void> Port::take_as_configured(const GuestPorts& guest) {
  rte_eth_dev_info info{};
  if (const int error = rte_eth_dev_info_get(id_.value(), &info); error != 0)
    return fail(Errc::system, failure_in_words(device_, "rte_eth_dev_info_get", error));
  if (info.nb_rx_queues < guest.rx_queues || info.nb_tx_queues < guest.tx_queues)
    return fail(Errc::invalid_argument,
                device_.name + ": it is configured with " + std::to_string(info.nb_rx_queues) +
                    " queues to receive and " + std::to_string(info.nb_tx_queues) + " to send, the LAG has " +
                    std::to_string(guest.rx_queues) + " and " + std::to_string(guest.tx_queues));
  leave_running_ = true;
  rx_queues_ = info.nb_rx_queues;
  if (info.nb_tx_queues > guest.tx_queues)
    control_tx_ = QueueId{static_cast<std::uint16_t>(info.nb_tx_queues - 1)};
  return {};
}

Result<void> Port::set_up_queues(const PortNeeds& needs, std::uint16_t rx, std::uint16_t tx) {
  const GuestPorts* const guest = needs.guest;
  std::uint16_t rx_descriptors = guest != nullptr ? guest->rx_descriptors : kRxDescriptors;
  std::uint16_t tx_descriptors = guest != nullptr ? guest->tx_descriptors : kTxDescriptors;
  // (a queue beyond those is control's, or one that the driver insists on)
  const auto pool_of = [&](std::uint16_t queue) {
    if (guest == nullptr) return needs.pool;
    return guest->pools[std::min<std::size_t>(queue, guest->pools.size() - 1)];
  };
  if (const int error = rte_eth_dev_adjust_nb_rx_tx_desc(id_.value(), &rx_descriptors, &tx_descriptors);
      error != 0)
    return fail(Errc::system, failure_in_words(device_, "rte_eth_dev_adjust_nb_rx_tx_desc", error));
  const int node = rte_eth_dev_socket_id(id_.value());
  const unsigned socket = node < 0 ? 0U : static_cast<unsigned>(node);
  for (std::uint16_t q = 0; q < rx; ++q)
    if (const int error = rte_eth_rx_queue_setup(id_.value(), q, rx_descriptors, socket, nullptr, pool_of(q));
        error != 0)
      return fail(Errc::system, failure_in_words(device_, "rte_eth_rx_queue_setup", error));
  for (std::uint16_t q = 0; q < tx; ++q)
    if (const int error = rte_eth_tx_queue_setup(id_.value(), q, tx_descriptors, socket, nullptr); error != 0)
      return fail(Errc::system, failure_in_words(device_, "rte_eth_tx_queue_setup", error));
  return {};
}

Result<void> Port::start() {
  if (const int error = rte_eth_dev_start(id_.value()); error != 0)
    return fail(Errc::system, failure_in_words(device_, "rte_eth_dev_start", error));
  started_ = true;
  if (const auto index = device_.is_af_packet ? interface_index() : std::nullopt)
    ring_losses_ = std::make_shared<RingLosses>(*index);
  // (PortUpkeep changes both for members.)
  if (const int error = rte_eth_promiscuous_enable(id_.value()); error != 0)
    log_line(LogLevel::warning, failure_in_words(device_, "promiscuous mode", error) +
                                    "; frames to other addresses will not be forwarded");
  // Slow-protocol frames are multicast. Drivers without this mode (net_af_packet) let them through.
  if (const int error = rte_eth_allmulticast_enable(id_.value()); error != 0 && error != -ENOTSUP)
    log_line(LogLevel::warning, failure_in_words(device_, "all-multicast mode", error));
  if (control_rx_) {
    if (auto steered = steer_slow_protocols(id_, *control_rx_, rx_queues_); !steered) {
      log_line(LogLevel::warning,
               device_.name + ": " + steered.error().detail + "; LACPDUs go through the workers");
      control_rx_.reset();
    }
  }
  return {};
}

void Port::drain() const {
  constexpr std::uint16_t kBurst = 64;
  constexpr int kRoundsMax = 256;
  std::array<rte_mbuf*, kBurst> frames;
  for (std::uint16_t q = 0; q < rx_queues_; ++q)
    for (int round = 0; round < kRoundsMax; ++round) {
      const std::uint16_t count = rte_eth_rx_burst(id_.value(), q, frames.data(), kBurst);
      if (count == 0) break;
      rte_pktmbuf_free_bulk(frames.data(), count);
    }
  if (ring_losses_ != nullptr) ring_losses_->begin_anew();
}

void Port::stop() {
  rte_eth_dev_callback_unregister(id_.value(), RTE_ETH_EVENT_INTR_LSC, on_link_interrupt, nullptr);
  if (!started_) return;
  started_ = false;
  const bool off = is_off_interface();
  if (address_changed_ && !off) {
    rte_ether_addr address{};
    std::copy(own_address_.octets.begin(), own_address_.octets.end(), address.addr_bytes);
    rte_eth_dev_default_mac_addr_set(id_.value(), &address);
  }
  if (!off) put_back_mtu();
  // (a socket that stays open keeps its share of the interface's frames)
  if (ring_losses_ != nullptr) ring_losses_->close();
  if (leave_running_) return;
  if (!off) rte_eth_promiscuous_disable(id_.value());
  if (device_.is_tap && !off) static_cast<void>(rte_eth_allmulticast_disable(id_.value()));
  std::optional<WithoutNetAdmin> kept_up;
  if (keeps_up_) kept_up.emplace();
  if (const int error = rte_eth_dev_stop(id_.value()); error != 0)
    log_line(LogLevel::warning, failure_in_words(device_, "rte_eth_dev_stop", error));
}

Result<void> Port::set_address(const MacAddress& address) {
  if (address == own_address_ && !address_changed_) return {};
  // (A wire filters nothing, and its driver knows no addresses.)
  if (device_.bus == DeviceBus::wire) return {};
  rte_ether_addr octets{};
  std::copy(address.octets.begin(), address.octets.end(), octets.addr_bytes);
  if (const int error = rte_eth_dev_default_mac_addr_set(id_.value(), &octets); error != 0)
    return fail(Errc::not_supported, failure_in_words(device_, "can't take another address", error));
  address_changed_ = true;
  return {};
}

std::optional<std::string> Port::kernel_interface() const {
  if (device_.carrier_interface) return device_.carrier_interface;
  if (!device_.is_tap) return std::nullopt;
  const auto index = interface_index();
  std::array<char, IF_NAMESIZE> name{};
  if (!index || if_indextoname(*index, name.data()) == nullptr) return std::nullopt;
  return name.data();
}

bool Port::is_off_interface() const {
  const auto index = interface_ ? interface_index() : std::nullopt;
  return index && if_nametoindex(interface_->c_str()) != *index;
}

std::uint32_t Port::cut_from() const noexcept {
  return device_.is_af_packet ? packet_ring_cut(device_.devargs) : 0;
}

std::optional<std::uint16_t> Port::mtu() const {
  const auto interface = kernel_interface();
  if (auto now = interface ? mtu_of(*interface) : std::nullopt) return now;
  if (said_mtu_) return said_mtu_;
  std::uint16_t now = 0;
  return rte_eth_dev_get_mtu(id_.value(), &now) == 0 && now != 0 ? std::optional{now} : std::nullopt;
}

// Over an interface the kernel has the MTU, and some drivers have no call for it. One that refuses may cut
// what is longer; so only the interface's own may be more, which was there before. (net_af_packet refuses
// more than 1500 whatever its rings hold.) A tap's driver sends what is not longer than the MTU that it was
// given itself.
int Port::give_mtu(std::uint16_t mtu) const {
  if (!device_.carrier_interface) return set_port_mtu(id_, mtu, mtu_for_);
  if (rte_eth_dev_set_mtu(id_.value(), mtu) == -EINVAL && mtu != own_mtu_ && !device_.is_af_packet)
    return -EINVAL;
  return -set_mtu_of(*device_.carrier_interface, mtu);
}

Result<void> Port::set_mtu(std::optional<std::uint16_t> mtu) {
  const auto now = this->mtu();
  const bool chosen = mtu.has_value();
  if (!chosen) mtu = own_mtu_;
  if (!mtu || !now || *now == *mtu) return {};
  const std::string words = "an MTU of " + std::to_string(*mtu);
  if (const auto most = packet_ring_mtu(device_.devargs); chosen && device_.is_af_packet && *mtu > most)
    return fail(Errc::not_supported, words + ": the kernel's ring was made for one of " +
                                         std::to_string(most) +
                                         " at most; it is as large as the MTU wants at the start");
  const int error = give_mtu(*mtu);
  mtu_changed_ = mtu_changed_ || error == 0;
  if (error == 0 && carries_any_length(id_)) said_mtu_ = mtu;
  if (error == 0) return {};
  if (error == -EBUSY) return fail(Errc::busy, "takes " + words + " only while it is stopped");
  if (error == -EINVAL) return fail(Errc::not_supported, words + " is more, or less, than its driver takes");
  return fail(Errc::not_supported, words + ": " + rte_strerror(-error));
}

void Port::put_back_mtu() {
  if (std::exchange(mtu_changed_, false)) static_cast<void>(set_mtu(std::nullopt));
}

bool Port::can_change_address() const {
  if (device_.bus == DeviceBus::wire) return true;
  rte_ether_addr now{};
  return rte_eth_macaddr_get(id_.value(), &now) == 0 && rte_is_valid_assigned_ether_addr(&now) != 0 &&
         rte_eth_dev_default_mac_addr_set(id_.value(), &now) == 0;
}

std::optional<unsigned> Port::interface_index() const {
  const auto info = info_of(id_);
  return info && info->if_index != 0 ? std::optional{info->if_index} : std::nullopt;
}

std::string Port::driver() const {
  const auto info = info_of(id_);
  return info ? info->driver_name : "";
}

LinkState Port::link() const {
  rte_eth_link link{};
  if (rte_eth_link_get_nowait(id_.value(), &link) != 0) return {};
  LinkState state;
  state.up = link.link_status == RTE_ETH_LINK_UP;
  state.full_duplex = link.link_duplex == RTE_ETH_LINK_FULL_DUPLEX;
  if (link.link_speed != RTE_ETH_SPEED_NUM_UNKNOWN && link.link_speed != RTE_ETH_SPEED_NUM_NONE)
    state.speed = mbps(link.link_speed);
  return state;
}

bool Port::take_link_interrupt() noexcept {
  // Pairs with the store in on_link_interrupt().
  return link_interrupts[id_.value()].load(std::memory_order_relaxed) &&
         link_interrupts[id_.value()].exchange(false, std::memory_order_acquire);
}

}  // namespace lagoon::dpdk
