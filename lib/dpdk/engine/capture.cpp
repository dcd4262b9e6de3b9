#include "dpdk/engine/capture.hpp"

#include <fcntl.h>
#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>
#include <rte_ring.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

namespace lagoon::dpdk {

namespace {

constexpr unsigned kCopies = 8191;
constexpr unsigned kRingRoom = 8192;
constexpr std::uint16_t kSnapLength = 9728;  // a copy has several mbufs where it has to
constexpr mode_t kOwnerOnly = 0600;
constexpr Duration kLook = 5ms;
constexpr std::uint64_t kNsInSecond = 1'000'000'000;

// In memory that the kernel gives: DPDK's has been counted for those who forward, and no device sees a copy.
void give_back(rte_mempool_memhdr* memory, void*) {
  munmap(memory->addr, memory->len);
}

// Memory that no device sees. (rte_mempool_populate_anon() locks it, which takes a capability for that much.)
bool populate(rte_mempool& pool) {
  const std::size_t octets =
      std::size_t{kCopies} * (pool.header_size + pool.elt_size + pool.trailer_size) + RTE_MEMPOOL_ALIGN;
  void* const at = mmap(nullptr, octets, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return false;
  const int added =
      rte_mempool_populate_iova(&pool, static_cast<char*>(at), RTE_BAD_IOVA, octets, give_back, nullptr);
  // (what was added goes with the pool)
  if (added <= 0) munmap(at, octets);
  return added == static_cast<int>(kCopies);
}

rte_mempool* pool_of_copies(const char* name, std::uint16_t stamp) {
  rte_mempool* const pool =
      rte_mempool_create_empty(name, kCopies, sizeof(rte_mbuf) + stamp + RTE_MBUF_DEFAULT_BUF_SIZE, 0,
                               sizeof(rte_pktmbuf_pool_private), SOCKET_ID_ANY, RTE_MEMPOOL_F_NO_IOVA_CONTIG);
  if (pool == nullptr) return nullptr;
  rte_pktmbuf_pool_private about{};
  about.mbuf_data_room_size = RTE_MBUF_DEFAULT_BUF_SIZE;
  about.mbuf_priv_size = stamp;
  if (rte_mempool_set_ops_byname(pool, "ring_mp_mc", nullptr) == 0) {
    rte_pktmbuf_pool_init(pool, &about);
    if (populate(*pool)) {
      rte_mempool_obj_iter(pool, rte_pktmbuf_init, nullptr);
      return pool;
    }
  }
  rte_mempool_free(pool);
  return nullptr;
}

}  // namespace

Result<CaptureFile> CaptureFile::create(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly);
  if (descriptor >= 0) return CaptureFile{path, descriptor};
  if (errno == EEXIST) return fail(Errc::already_exists, path + " exists already; name a file that does not");
  const bool denied = errno == EACCES || errno == EPERM || errno == EROFS;
  return fail(denied ? Errc::permission : Errc::system, path + ": " + std::strerror(errno));
}

CaptureFile::CaptureFile(CaptureFile&& other) noexcept
    : path_{std::move(other.path_)}, descriptor_{std::exchange(other.descriptor_, -1)}, kept_{other.kept_} {}

CaptureFile::~CaptureFile() {
  if (descriptor_ >= 0 && !kept_) unlink(path_.c_str());
  close();
}

void CaptureFile::close() noexcept {
  if (const int descriptor = std::exchange(descriptor_, -1); descriptor >= 0) ::close(descriptor);
}

Result<std::unique_ptr<Capture>> Capture::start(CaptureFile file, const std::vector<CapturePort>& ports) {
  std::unique_ptr<Capture> capture{new Capture{std::move(file)}};
  LAGOON_TRY(capture->open());
  LAGOON_TRY(capture->attach(ports));
  capture->file_.keep();
  return capture;
}

Result<void> Capture::open() {
  // (at most one at a time has this name: whoever starts another has destroyed this one)
  pool_ = pool_of_copies("lagoon_capture", sizeof(Stamp));
  ring_ = rte_ring_create("lagoon_capture", kRingRoom, SOCKET_ID_ANY, RING_F_SC_DEQ);
  if (pool_ == nullptr || ring_ == nullptr)
    return fail(Errc::no_resources, std::string{"no memory for captured frames: "} + rte_strerror(rte_errno) +
                                        "; start with more 'memory:'");
  return {};
}

Result<void> Capture::attach(const std::vector<CapturePort>& ports) {
  begun_cycles_ = rte_get_tsc_cycles();
  begun_ns_ = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                             std::chrono::system_clock::now().time_since_epoch())
                                             .count());
  std::string head;
  wire::add_section(head, "lagoond");
  for (const CapturePort& port : ports) wire::add_interface(head, port.name);
  std::uint32_t interface = 0;
  for (const CapturePort& port : ports) {
    const auto tap = [&](wire::CaptureDirection direction) -> const Tap& {
      return *taps_.emplace_back(std::make_unique<Tap>(
          Tap{.capture = this, .port = port.id, .interface = interface, .direction = direction}));
    };
    const Tap& in = tap(wire::CaptureDirection::in);
    const Tap& out = tap(wire::CaptureDirection::out);
    for (std::uint16_t q = 0; q < port.rx_queues; ++q) add_hook(in, q);
    for (std::uint16_t q = 0; q < port.tx_queues; ++q) add_hook(out, q);
    ++interface;
  }
  thread_ = std::thread{[this, head] { run(head); }};
  for (const Hook& hook : hooks_)
    if (hook.callback == nullptr) {
      detach();
      return fail(Errc::not_supported, "port '" + ports[hook.tap->interface].name +
                                           "' can't be captured on: " + rte_strerror(rte_errno));
    }
  return {};
}

void Capture::add_hook(const Tap& tap, std::uint16_t queue) {
  auto* const user = const_cast<Tap*>(&tap);  // (as DPDK has it; it is only read)
  const auto* const callback = tap.direction == wire::CaptureDirection::in
                                   ? rte_eth_add_rx_callback(tap.port, queue, &Capture::on_receive, user)
                                   : rte_eth_add_tx_callback(tap.port, queue, &Capture::on_send, user);
  hooks_.push_back({.tap = &tap, .queue = queue, .callback = callback, .removed = callback == nullptr});
}

void Capture::remove(Hook& hook) {
  if (std::exchange(hook.removed, true)) return;
  const int gone = hook.tap->direction == wire::CaptureDirection::in
                       ? rte_eth_remove_rx_callback(hook.tap->port, hook.queue, hook.callback)
                       : rte_eth_remove_tx_callback(hook.tap->port, hook.queue, hook.callback);
  // What the port does not know any more is not ours to free.
  if (gone != 0) hook.callback = nullptr;
}

void Capture::leave_port(std::uint16_t id) {
  for (Hook& hook : hooks_)
    if (hook.tap->port == id) remove(hook);
}

void Capture::detach() {
  for (Hook& hook : hooks_) remove(hook);
}

bool Capture::finish(Duration patience) {
  stop_.store(true, std::memory_order_release);
  for (Duration waited{}; thread_.joinable() && !ended_.load(std::memory_order_acquire); waited += kLook) {
    if (waited >= patience) return false;
    std::this_thread::sleep_for(kLook);
  }
  if (thread_.joinable()) thread_.join();
  file_.close();
  return true;
}

Capture::~Capture() {
  detach();
  stop_.store(true, std::memory_order_release);
  if (thread_.joinable()) thread_.join();
  for (const Hook& hook : hooks_) rte_free(const_cast<rte_eth_rxtx_callback*>(hook.callback));
  rte_ring_free(ring_);
  rte_mempool_free(pool_);
}

std::uint16_t Capture::on_receive(std::uint16_t, std::uint16_t, rte_mbuf** frames, std::uint16_t count,
                                  std::uint16_t, void* user) {
  const Tap& tap = *static_cast<const Tap*>(user);
  tap.capture->take(tap, frames, count);
  return count;
}

std::uint16_t Capture::on_send(std::uint16_t, std::uint16_t, rte_mbuf** frames, std::uint16_t count,
                               void* user) {
  const Tap& tap = *static_cast<const Tap*>(user);
  tap.capture->take(tap, frames, count);
  return count;
}

void Capture::take(const Tap& tap, rte_mbuf* const* frames, std::uint16_t count) noexcept {
  const std::uint64_t cycles = rte_get_tsc_cycles();
  for (std::uint16_t i = 0; i < count; ++i) {
    rte_mbuf* const copy = rte_pktmbuf_copy(frames[i], pool_, 0, kSnapLength);
    if (copy == nullptr) {
      lost_.fetch_add(1, std::memory_order_relaxed);
      continue;
    }
    *static_cast<Stamp*>(rte_mbuf_to_priv(copy)) = {
        .cycles = cycles, .interface = tap.interface, .direction = tap.direction};
    if (rte_ring_enqueue(ring_, copy) == 0) continue;
    rte_pktmbuf_free(copy);
    lost_.fetch_add(1, std::memory_order_relaxed);
  }
}

void Capture::run(const std::string& head) {
  write(head);
  for (;;) {
    // (read first: what came before the stop is written)
    const bool last = stop_.load(std::memory_order_acquire);
    while (write_some()) {
    }
    if (last) break;
    std::this_thread::sleep_for(kLook);
  }
  ended_.store(true, std::memory_order_release);
}

bool Capture::write_some() {
  constexpr unsigned kBurst = 64;
  std::array<void*, kBurst> copies{};
  const unsigned count = rte_ring_dequeue_burst(ring_, copies.data(), kBurst, nullptr);
  std::string octets;
  for (unsigned i = 0; i < count; ++i) add_copy(octets, *static_cast<rte_mbuf*>(copies[i]));
  if (failure_.load(std::memory_order_relaxed) == 0) write(octets);
  const bool good = failure_.load(std::memory_order_relaxed) == 0;
  (good ? frames_ : lost_).fetch_add(count, std::memory_order_relaxed);
  return count > 0;
}

void Capture::add_copy(std::string& out, rte_mbuf& copy) {
  const Stamp stamp = *static_cast<const Stamp*>(rte_mbuf_to_priv(&copy));
  const std::uint64_t passed = stamp.cycles - begun_cycles_;
  const std::uint64_t hertz = rte_get_tsc_hz();
  const std::uint64_t at = begun_ns_ + passed / hertz * kNsInSecond + passed % hertz * kNsInSecond / hertz;
  if (const std::uint32_t length = rte_pktmbuf_pkt_len(&copy); length > 0) {
    std::vector<std::byte> room(length);
    const auto* const data = static_cast<const std::byte*>(rte_pktmbuf_read(&copy, 0, length, room.data()));
    wire::add_frame(out, {.interface = stamp.interface,
                          .at_ns = at,
                          .direction = stamp.direction,
                          .length = length,
                          .octets = {data, length}});
  }
  rte_pktmbuf_free(&copy);
}

void Capture::write(const std::string& octets) {
  std::size_t done = 0;
  while (done < octets.size()) {
    const ssize_t count = ::write(file_.descriptor(), octets.data() + done, octets.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure_.store(errno, std::memory_order_relaxed);
    done += static_cast<std::size_t>(count);
  }
  octets_.fetch_add(done, std::memory_order_relaxed);
}

std::string Capture::describe() const {
  std::string text = file_.path() + ": " + std::to_string(frames_.load(std::memory_order_relaxed)) +
                     " frames, " + std::to_string(octets_.load(std::memory_order_relaxed)) + " octets, " +
                     std::to_string(lost_.load(std::memory_order_relaxed)) + " lost";
  if (const int error = failure_.load(std::memory_order_relaxed))
    text += std::string{"; nothing more is written: "} + std::strerror(error);
  return text;
}

}  // namespace lagoon::dpdk
