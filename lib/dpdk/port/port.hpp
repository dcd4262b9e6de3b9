// Port: one ethdev, from probe to close. Knows how many queues of which kind it could get.
//
// Thread: the control lcore; the queues are the workers'.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/link_state.hpp"
#include "base/mac_address.hpp"
#include "dpdk/base/port_mtu.hpp"
#include "dpdk/port/device.hpp"
#include "dpdk/port/port_lock.hpp"
#include "dpdk/port/port_use.hpp"
#include "dpdk/port/ring_losses.hpp"
#include "state/state.hpp"

struct rte_eth_conf;
struct rte_mempool;

namespace lagoon::dpdk {

struct GuestPorts;

/// How many queues a port has, before it is configured.
struct QueueOffer {
  std::uint16_t rx = 1;
  std::uint16_t tx = 1;
  // A driver that feeds every receive queue whatever we configure (net_af_packet's fanout), or insists on as
  // many of one kind as of the other: all are set up, and the workers poll all.
  bool all_or_nothing = false;
  // What is sent on a queue the other end receives on its queue of that number (kPairing): a queue
  // of control's own might lead to one that nobody polls.
  bool paired = false;
};

struct PortNeeds {
  rte_mempool* pool = nullptr;
  std::uint16_t workers = 1;
  bool member = false;  // wants a transmit queue, and if it can be steered a receive queue, for control
  std::optional<std::uint16_t> mtu{};
  const GuestPorts* guest = nullptr;  // has the say over pool, workers, descriptors and offloads
};

/// The locks of all that a device needs before it is probed, once its driver can have it (a tap that is there
/// takes its queues). Errors: those of PortLock, and invalid_argument.
[[nodiscard]] Result<std::vector<PortLock>> take_device(const Device& device, const std::string& user);
/// The interface of a tap that is there before its driver is.
[[nodiscard]] std::optional<std::string> tap_there(const Device& device);

class Port {
 public:
  ~Port();
  Port(Port&&) noexcept;
  Port& operator=(Port&&) = delete;

  // The port is `user`'s alone as long as it is open; port_opening.cpp. Errors besides: busy, with who has
  // it.

  /// Probes the device, or takes the ethdev that EAL's arguments have made of it. Closed at the end. Errors:
  /// system, permission, no_such_thing.
  [[nodiscard]] static Result<Port> open(const Device& device, const PortUser& user);
  /// Takes an ethdev that somebody else has made, who will close it.
  [[nodiscard]] static Result<Port> take(EthdevId id, const Device& device, const PortUser& user);
  /// An end of a wire, or another port of which `lease` is the right to use it. Not closed.
  [[nodiscard]] static Port borrow(EthdevId id, const Device& device, std::shared_ptr<void> lease);
  /// How the kernel's interface below was before it was changed for the port's sake, which may have been by
  /// another process. `lease` ends when the port is closed. Precondition: it was just opened.
  void begin_from(const state::Interface& original, std::shared_ptr<void> lease);

  [[nodiscard]] QueueOffer offer() const;
  [[nodiscard]] Result<void> configure(const PortNeeds& needs);
  [[nodiscard]] Result<void> start();
  /// Frees what the port holds already: a socket of net_af_packet hears every interface until its bind.
  void drain() const;
  void stop();

  /// Also of a started port. It gets its own address back with stop(). Errors: not_supported where the port
  /// keeps its address.
  [[nodiscard]] Result<void> set_address(const MacAddress& address);
  /// Whether set_address() works, by setting the address that it has.
  [[nodiscard]] bool can_change_address() const;
  /// Nothing: the one that it had when it was opened, which it gets back with stop(). Where the port is the
  /// kernel's, its rtnl lock is waited for. Errors: busy, not_supported.
  [[nodiscard]] Result<void> set_mtu(std::optional<std::uint16_t> mtu);
  /// As it is now, whoever has set it; nothing: not known. In octets. Waits for nobody.
  [[nodiscard]] std::optional<std::uint16_t> mtu() const;
  [[nodiscard]] LinkState link() const;
  /// True once after each link interrupt. The safety poll does not depend on it.
  [[nodiscard]] bool take_link_interrupt() noexcept;

  [[nodiscard]] bool is_started() const noexcept { return started_; }
  [[nodiscard]] EthdevId id() const noexcept { return id_; }
  [[nodiscard]] const Device& device() const noexcept { return device_; }
  /// The address it had when it was opened, and gets back at the end. Zero where the driver has none.
  [[nodiscard]] const MacAddress& own_address() const noexcept { return own_address_; }
  /// A frame of so many octets may be one that the kernel has cut; 0: the port gives none such.
  [[nodiscard]] std::uint32_t cut_from() const noexcept;
  /// What the kernel's ring had no room for; null: the port has none, or is not started.
  [[nodiscard]] const std::shared_ptr<RingLosses>& ring_losses() const noexcept { return ring_losses_; }
  /// The kernel's interface that it was opened on, or made, by its name then; nothing: there is none.
  [[nodiscard]] const std::optional<std::string>& interface_name() const noexcept { return interface_; }
  /// Whether the port is over another one, or none: what is set by name would be set on somebody else's.
  [[nodiscard]] bool is_off_interface() const;
  /// Whether its end closes it: it was opened here.
  [[nodiscard]] bool is_ours() const noexcept { return at_end_ == AtEnd::close; }
  /// The kernel's interface that the driver made or sits on; nothing where it says none.
  [[nodiscard]] std::optional<unsigned> interface_index() const;
  [[nodiscard]] std::string driver() const;
  [[nodiscard]] std::uint16_t rx_queues() const noexcept { return rx_queues_; }
  [[nodiscard]] std::optional<QueueId> control_tx() const noexcept { return control_tx_; }
  [[nodiscard]] std::optional<QueueId> control_rx() const noexcept { return control_rx_; }

 private:
  enum class AtEnd : std::uint8_t { close, leave };
  Port(EthdevId id, Device device, AtEnd at_end);
  void close();
  /// Where the kernel has the port's MTU.
  [[nodiscard]] std::optional<std::string> kernel_interface() const;
  [[nodiscard]] int give_mtu(std::uint16_t mtu) const;
  void put_back_mtu();
  [[nodiscard]] Result<void> set_up_queues(const PortNeeds& needs, std::uint16_t rx, std::uint16_t tx);
  [[nodiscard]] Result<void> take_as_configured(const GuestPorts& guest);

  EthdevId id_;
  Device device_;
  std::optional<std::string> interface_{};
  MacAddress own_address_{};
  std::optional<std::uint16_t> own_mtu_{};
  std::optional<std::uint16_t> said_mtu_{};  // what was set, of a driver that has none itself
  bool mtu_changed_ = false;
  MtuFor mtu_for_ = MtuFor::appliance;
  bool here_ = true;  // false after a move
  AtEnd at_end_ = AtEnd::close;
  std::shared_ptr<void> lease_{};
  bool started_ = false;
  bool address_changed_ = false;
  bool steerable_ = false;
  bool leave_running_ = false;
  bool keeps_up_ = false;  // a tap that was there, and up: its addresses and routes are the host's
  std::shared_ptr<RingLosses> ring_losses_{};  // shared with who looks at the moment
  std::uint16_t rx_queues_ = 1;                // polled by workers
  std::optional<QueueId> control_tx_{};
  std::optional<QueueId> control_rx_{};
  // (until the port is closed)
  PortUse use_{};
  std::vector<PortLock> locks_{};
};

}  // namespace lagoon::dpdk
