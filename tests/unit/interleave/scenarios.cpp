#include "scenarios.hpp"

#include <rte_atomic.h>
#include <rte_common.h>
#include <rte_debug.h>
#include <rte_malloc.h>
#include <rte_memory.h>
#include <rte_ring.h>

#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "table/port_table.hpp"

// (the order matters: what comes after modelled.hpp is what is explored)
// clang-format off
#include "modelled.hpp"
#include <rte_rcu_qsbr.h>
#include "base/spsc_queue.hpp"
#include "dpdk/snapshot/qsbr_publisher.hpp"
#include "dpdk/snapshot/qsbr_publisher.cpp"
#include "dpdk/worker/queue_gate.hpp"
// clang-format on

// There is no EAL here: what QsbrPublisher takes of its memory comes from the heap.
extern "C" {
void* rte_zmalloc(const char*, std::size_t size, unsigned alignment) {
  void* const at = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (at != nullptr) std::memset(at, 0, size);
  return at;
}
void* rte_malloc(const char* name, std::size_t size, unsigned alignment) {
  return rte_zmalloc(name, size, alignment);
}
void rte_free(void* at) {
  std::free(at);
}
}

namespace lagoon::interleave {

namespace {

constexpr std::uint64_t kRunsMost = 2'000'000;

void plant(Fault fault) {
  planted = {.no_release = fault == Fault::no_release,
             .no_acquire = fault == Fault::no_acquire,
             .no_sequence = fault == Fault::no_sequence};
}

// Says when it is read and written.
struct Item {
  int value = 0;
  Item() = default;
  explicit Item(int v) : value{v} {}
  Item(Item&& other) noexcept { take(other); }
  Item& operator=(Item&& other) noexcept {
    write_plain(this);
    take(other);
    return *this;
  }

 private:
  void take(Item& other) {
    write_plain(&other);
    value = std::exchange(other.value, -1);
  }
};

// What is deleted stays readable until the run is over, so that a reader who comes too late is found and does
// no harm.
struct Snapshot {
  int value = 0;
  explicit Snapshot(int v) : value{v} {}
  static void operator delete(void* at) {
    write_plain(at);
    graveyard().push_back(at);
  }
  static std::vector<void*>& graveyard() {
    static std::vector<void*> all;
    return all;
  }
  static void bury() {
    for (void* const at : std::exchange(graveyard(), {})) ::operator delete(at);
  }
};

struct Rcu {
  std::unique_ptr<dpdk::QsbrPublisher> publisher;
  dpdk::Slot<Snapshot> slot{nullptr};
  void begin(unsigned readers, Fault fault) {
    Snapshot::bury();
    publisher = std::make_unique<dpdk::QsbrPublisher>();
    slot.store(nullptr, std::memory_order_relaxed);
    if (!publisher->open(readers)) std::abort();
    if (fault == Fault::freed_at_once)
      slot.store(new Snapshot{1}, std::memory_order_relaxed);
    else
      publisher->publish(slot, std::make_unique<const Snapshot>(1));
  }
  void replace(int value, Fault fault) {
    if (fault == Fault::freed_at_once) {
      const Snapshot* const old = slot.load(std::memory_order_relaxed);
      slot.store(new Snapshot{value}, std::memory_order_release);
      delete old;
      return;
    }
    publisher->publish(slot, std::make_unique<const Snapshot>(value));
    publisher->reclaim();
  }
  void read() {
    const Snapshot* const seen = slot.load(std::memory_order_acquire);
    read_plain(seen);
    require(seen->value >= 1 && seen->value <= 3, "a snapshot that was never published");
  }
};

}  // namespace

Outcome explore_queue(Fault fault) {
  using Queue = SpscQueue<Item, 2>;
  std::unique_ptr<Queue> queue;
  int pushed = 0;
  int popped = 0;
  const auto take = [&](std::optional<Item> item) {
    if (item) require(item->value == ++popped, "not the next item");
    return item.has_value();
  };
  plant(fault);
  return explore({.begin =
                      [&] {
                        queue = std::make_unique<Queue>();
                        pushed = popped = 0;
                      },
                  .threads = {[&] {
                                for (int i = 0; i < 3; ++i)
                                  if (queue->push(Item{pushed + 1})) ++pushed;
                              },
                              [&] {
                                for (int i = 0; i < 3; ++i) take(queue->pop());
                              }},
                  .end =
                      [&] {
                        while (take(queue->pop())) {
                        }
                        require(popped == pushed, "an item is lost");
                        require(pushed >= 2, "there was room, and it was not taken");
                      }},
                 kRunsMost);
}

struct Gate {
  std::unique_ptr<dpdk::QsbrPublisher> publisher{};
  std::unique_ptr<dpdk::QueueGate> gate{};

  void begin() {
    gate.reset();
    publisher = std::make_unique<dpdk::QsbrPublisher>();
    if (!publisher->open(1)) std::abort();
    gate = std::make_unique<dpdk::QueueGate>(publisher->qsbr(), 0);
  }
  dpdk::QueueGate* operator->() const { return gate.get(); }
};

Outcome explore_gate(Fault fault) {
  Gate gate;
  int queue = 0;
  plant(fault);
  return explore({.begin = [&] { gate.begin(); },
                  .threads = {[&] {
                                for (int i = 0; i < 2; ++i) {
                                  if (!gate->enter()) continue;
                                  write_plain(&queue);
                                  gate->leave();
                                }
                              },
                              [&] {
                                for (int i = 0; i < 2; ++i) {
                                  if (fault != Fault::not_claimed && !gate->claim()) continue;
                                  write_plain(&queue);
                                  gate->release_claim();
                                }
                              }},
                  .end = [] {}},
                 kRunsMost);
}

Outcome explore_dead_user(Fault fault) {
  constexpr dpdk::KernelThread kDead = 7;
  constexpr dpdk::KernelThread kLiving = 8;
  Gate gate;
  int queue = 0;
  plant(fault);
  return explore({.begin =
                      [&] {
                        gate.begin();
                        if (!gate->enter(kDead)) std::abort();
                      },
                  .threads = {[&] {
                                for (int i = 0; i < 2; ++i) {
                                  if (!gate->enter(kLiving)) continue;
                                  write_plain(&queue);
                                  gate->leave();
                                }
                              },
                              [&] {
                                if (fault == Fault::not_claimed) gate->leave();
                                const bool claimed =
                                    fault == Fault::not_claimed ? gate->claim() : gate->claim_after(kDead);
                                if (!claimed) return;
                                write_plain(&queue);
                                gate->release_claim();
                              }},
                  .end = [&] { require(!gate->inside(), "the dead is inside for ever"); }},
                 kRunsMost);
}

Outcome explore_publisher(Fault fault) {
  Rcu rcu;
  plant(fault);
  return explore({.begin =
                      [&] {
                        rcu.begin(1, fault);
                        rte_rcu_qsbr_thread_register(rcu.publisher->qsbr(), 0);
                      },
                  .threads = {[&] {
                                for (int i = 0; i < 2; ++i) {
                                  rte_rcu_qsbr_thread_online(rcu.publisher->qsbr(), 0);
                                  rcu.read();
                                  rte_rcu_qsbr_thread_offline(rcu.publisher->qsbr(), 0);
                                }
                              },
                              [&] {
                                rcu.replace(2, fault);
                                rcu.replace(3, fault);
                                rcu.publisher->reclaim();
                              }},
                  .end =
                      [&] {
                        rcu.publisher->reclaim();
                        require(rcu.publisher->waiting() == 0, "a snapshot that nobody reads is kept");
                      }},
                 kRunsMost);
}

Outcome explore_worker(Fault fault) {
  Rcu rcu;
  plant(fault);
  return explore({.begin =
                      [&] {
                        rcu.begin(1, fault);
                        rte_rcu_qsbr_thread_register(rcu.publisher->qsbr(), 0);
                        rte_rcu_qsbr_thread_online(rcu.publisher->qsbr(), 0);
                      },
                  .threads = {[&] {
                                for (int i = 0; i < 3; ++i) {
                                  rcu.read();
                                  rte_rcu_qsbr_quiescent(rcu.publisher->qsbr(), 0);
                                }
                              },
                              [&] {
                                rcu.replace(2, fault);
                                rcu.replace(3, fault);
                              }},
                  .end =
                      [&] {
                        rte_rcu_qsbr_quiescent(rcu.publisher->qsbr(), 0);
                        rcu.publisher->reclaim();
                        require(rcu.publisher->waiting() == 0, "a snapshot that nobody reads is kept");
                      }},
                 kRunsMost);
}

}  // namespace lagoon::interleave
