// RingPort: an ethdev whose both ends are in the test: what the test puts in is received, what is sent comes
// out.
#pragma once

#include <rte_dev.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include <array>
#include <atomic>
#include <optional>
#include <string>
#include <utility>

#include "dpdk/port/port.hpp"

namespace lagoon::dpdk::test {

class RingPort {
 public:
  RingPort(const std::string& name, rte_mempool* pool) {
    in_ = rte_ring_create((name + "_in").c_str(), 1024, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
    out_ = rte_ring_create((name + "_out").c_str(), 1024, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
    rx_queue_ = {this};
    tx_queue_ = {out_};
    id_ = static_cast<std::uint16_t>(rte_eth_from_rings(name.c_str(), &in_, 1, &out_, 1, 0));
    port_.emplace(
        Port::borrow(EthdevId{id_}, {.bus = DeviceBus::wire, .name = name, .devargs = name}, nullptr));
    port_->configure({.pool = pool}).value();
    port_->start().value();
    auto& ops = rte_eth_fp_ops[id_];
    ops.rx_pkt_burst = [](void* self, rte_mbuf** frames, std::uint16_t count) {
      auto* const port = static_cast<RingPort*>(self);
      const unsigned got =
          rte_ring_dequeue_burst(port->in_, reinterpret_cast<void**>(frames), count, nullptr);
      port->received_.fetch_add(got, std::memory_order_relaxed);
      return static_cast<std::uint16_t>(got);
    };
    ops.tx_pkt_burst = [](void* ring, rte_mbuf** frames, std::uint16_t count) {
      return static_cast<std::uint16_t>(rte_ring_enqueue_burst(
          static_cast<rte_ring*>(ring), reinterpret_cast<void**>(frames), count, nullptr));
    };
    ops.rxq.data = rx_queue_.data();
    ops.txq.data = tx_queue_.data();
  }
  ~RingPort() {
    port_.reset();
    close_ethdev();
    for (rte_ring* ring : {in_, out_}) {
      void* frame = nullptr;
      while (rte_ring_dequeue(ring, &frame) == 0) rte_pktmbuf_free(static_cast<rte_mbuf*>(frame));
      rte_ring_free(ring);
    }
  }
  RingPort(const RingPort&) = delete;
  RingPort& operator=(const RingPort&) = delete;

  /// For a member that is to own it. This object stays, for it has the rings.
  [[nodiscard]] Port give_port() {
    Port given = std::move(*port_);
    port_.reset();
    return given;
  }
  [[nodiscard]] std::uint64_t received() const { return received_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint16_t id() const { return port_->id().value(); }
  [[nodiscard]] bool put(rte_mbuf* frame) {
    if (rte_ring_enqueue(in_, frame) != 0) return false;
    ++put_;
    return true;
  }
  /// Whether all that was put in has been received.
  [[nodiscard]] bool all_received() const { return received_.load(std::memory_order_relaxed) == put_; }
  [[nodiscard]] rte_mbuf* take() {
    void* frame = nullptr;
    return rte_ring_dequeue(out_, &frame) == 0 ? static_cast<rte_mbuf*>(frame) : nullptr;
  }

 private:
  // Its Port, wherever it was given, has only borrowed it.
  void close_ethdev() const {
    rte_eth_dev_info info{};
    rte_device* const device = rte_eth_dev_info_get(id_, &info) == 0 ? info.device : nullptr;
    static_cast<void>(rte_eth_dev_close(id_));
    if (device != nullptr) static_cast<void>(rte_dev_remove(device));
  }

  std::uint16_t id_ = 0;
  rte_ring* in_ = nullptr;
  rte_ring* out_ = nullptr;
  std::uint64_t put_ = 0;
  std::atomic<std::uint64_t> received_ = 0;
  std::array<void*, 1> rx_queue_{};
  std::array<void*, 1> tx_queue_{};
  std::optional<Port> port_;
};

}  // namespace lagoon::dpdk::test
