#include "dpdk/port/wires.hpp"

#include <rte_errno.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include <array>
#include <atomic>
#include <optional>
#include <utility>

#include "dpdk/port/port_use.hpp"

namespace lagoon::dpdk {

namespace {

constexpr unsigned kWireDepth = 1024;

}  // namespace

struct Wires::Wire {
  std::string name;
  std::array<rte_ring*, 2> rings{};  // rings[i] carries what end i sends
  std::array<std::optional<std::uint16_t>, 2> ends{};
  std::array<std::weak_ptr<void>, 2> leases{};
  std::array<bool, 2> armed{};
  std::array<PortUse, 2> uses{};
  std::atomic<bool> swallowing = false;
};

namespace {

// Runs within rte_eth_rx_burst() of the worker: what the cable lost never arrives.
std::uint16_t swallow(std::uint16_t, std::uint16_t, rte_mbuf** frames, std::uint16_t count, std::uint16_t,
                      void* flag) {
  if (!static_cast<std::atomic<bool>*>(flag)->load(std::memory_order_relaxed)) return count;
  rte_pktmbuf_free_bulk(frames, count);
  return 0;
}

}  // namespace

Wires::Wires() = default;
Wires::~Wires() {
  close();
}

Result<Wires::End> Wires::take_end(const std::string& name) {
  Wire* found = nullptr;
  for (const auto& wire : wires_)
    if (wire->name == name) found = wire.get();
  if (found == nullptr) {
    auto made = make(name);
    if (!made) return std::unexpected{made.error()};
    found = *made;
  }
  for (std::size_t i = 0; i < 2; ++i) {
    if (!found->leases[i].expired() || !found->ends[i]) continue;
    auto lease = std::make_shared<char>();
    found->leases[i] = lease;
    return End{.id = EthdevId{*found->ends[i]}, .lease = std::move(lease)};
  }
  return fail(Errc::busy, "wire '" + name + "' has two ends, and both are in use");
}

Result<Wires::Wire*> Wires::make(const std::string& name) {
  wires_.push_back(std::make_unique<Wire>());
  Wire& wire = *wires_.back();
  wire.name = name;
  for (unsigned i = 0; i < 2; ++i) {
    const std::string ring = "wire_" + name + (i == 0 ? "_a" : "_b");
    wire.rings[i] = rte_ring_create(ring.c_str(), kWireDepth, SOCKET_ID_ANY, 0);
    if (wire.rings[i] == nullptr)
      return fail(Errc::no_resources, "ring for wire '" + name + "': " + rte_strerror(rte_errno));
  }
  for (unsigned i = 0; i < 2; ++i) {
    const std::string port = name + (i == 0 ? "_a" : "_b");
    const int id = rte_eth_from_rings(port.c_str(), &wire.rings[1 - i], 1, &wire.rings[i], 1, 0);
    if (id < 0) return fail(Errc::system, "port for wire '" + name + "': " + rte_strerror(rte_errno));
    wire.ends[i] = static_cast<std::uint16_t>(id);
    auto use = PortUse::begin(EthdevId{*wire.ends[i]}, {.words = "wire '" + name + "'"});
    if (!use) return std::unexpected{std::move(use).error()};
    wire.uses[i] = *std::move(use);
  }
  return &wire;
}

Result<void> Wires::arm() {
  for (const auto& wire : wires_)
    for (std::size_t i = 0; i < 2; ++i) {
      if (wire->armed[i] || wire->leases[i].expired()) continue;
      if (rte_eth_add_rx_callback(*wire->ends[i], 0, swallow, &wire->swallowing) == nullptr)
        return fail(Errc::system,
                    "receive callback of wire '" + wire->name + "': " + rte_strerror(rte_errno));
      wire->armed[i] = true;
    }
  return {};
}

Result<void> Wires::act(std::string_view name, std::string_view action) {
  for (const auto& wire : wires_) {
    if (wire->name != name) continue;
    if (action == "up" || action == "heal") {
      wire->swallowing.store(false, std::memory_order_relaxed);
      for (const auto& end : wire->ends) rte_eth_dev_set_link_up(*end);
    } else if (action == "down") {
      wire->swallowing.store(true, std::memory_order_relaxed);
      for (const auto& end : wire->ends) rte_eth_dev_set_link_down(*end);
    } else if (action == "blackhole") {
      wire->swallowing.store(true, std::memory_order_relaxed);
    } else {
      return fail(Errc::invalid_argument,
                  "'" + std::string{action} + "' is no action of a wire: up, down, blackhole or heal");
    }
    return {};
  }
  return fail(Errc::no_such_thing, "no wire '" + std::string{name} + "'");
}

void Wires::close() {
  for (const auto& wire : wires_) {
    for (const auto& end : wire->ends)
      if (end) rte_eth_dev_close(*end);
    for (rte_ring* ring : wire->rings) {
      void* frame = nullptr;
      while (ring != nullptr && rte_ring_dequeue(ring, &frame) == 0)
        rte_pktmbuf_free(static_cast<rte_mbuf*>(frame));
      rte_ring_free(ring);
    }
  }
  wires_.clear();
}

}  // namespace lagoon::dpdk
