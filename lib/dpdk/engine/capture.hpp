// Capture: writes what passes ports into a file, while they work. Each frame is copied by the thread that has
// it in hand, into a ring; a thread of the capture's own writes what is there. Where the ring or the copies'
// pool is full a frame is lost to the file, and counted: nobody who forwards waits.
//
// (rte_pdump, which dpdk-dumpcap asks for, serves secondary processes only.)
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "wire/capture/pcapng.hpp"

struct rte_eth_rxtx_callback;
struct rte_mbuf;
struct rte_mempool;
struct rte_ring;

namespace lagoon::dpdk {

struct CapturePort {
  std::uint16_t id = 0;  // DPDK's
  std::string name;      // in the file
  std::uint16_t rx_queues = 0;
  std::uint16_t tx_queues = 0;
};

/// A new file, which is removed again unless it was kept.
class CaptureFile {
 public:
  /// For its owner alone; one that exists is left as it is. Blocking, as long as the file system takes.
  /// Errors: already_exists, permission, system.
  [[nodiscard]] static Result<CaptureFile> create(const std::string& path);
  ~CaptureFile();
  CaptureFile(CaptureFile&& other) noexcept;
  CaptureFile& operator=(CaptureFile&&) = delete;

  void keep() noexcept { kept_ = true; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  void close() noexcept;

 private:
  CaptureFile(std::string path, int descriptor) : path_{std::move(path)}, descriptor_{descriptor} {}
  std::string path_;
  int descriptor_;
  bool kept_ = false;
};

class Capture {
 public:
  /// Does not wait for the file. Errors: no_resources, not_supported (a port takes no callbacks).
  [[nodiscard]] static Result<std::unique_ptr<Capture>> start(CaptureFile file,
                                                              const std::vector<CapturePort>& ports);
  /// Blocking: until the file has taken what is there. Precondition: nobody can be in a burst any more that
  /// began before detach().
  ~Capture();
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  /// The port is about to go.
  void leave_port(std::uint16_t id);
  /// No burst that begins now adds to it.
  void detach();
  /// Writes what is there, and closes the file; false where that takes longer. After detach(); again, where
  /// it gave false.
  [[nodiscard]] bool finish(Duration patience);
  [[nodiscard]] std::string describe() const;

 private:
  // What the copy of a frame has beside it.
  struct Stamp {
    std::uint64_t cycles = 0;
    std::uint32_t interface = 0;
    wire::CaptureDirection direction{};
  };
  // One for each direction of a port; callbacks have a pointer to it.
  struct Tap {
    Capture* capture = nullptr;
    std::uint16_t port = 0;
    std::uint32_t interface = 0;
    wire::CaptureDirection direction{};
  };
  struct Hook {
    const Tap* tap = nullptr;
    std::uint16_t queue = 0;
    const rte_eth_rxtx_callback* callback = nullptr;
    bool removed = false;
  };
  explicit Capture(CaptureFile file) : file_{std::move(file)} {}
  [[nodiscard]] Result<void> open();
  [[nodiscard]] Result<void> attach(const std::vector<CapturePort>& ports);
  void add_hook(const Tap& tap, std::uint16_t queue);
  static void remove(Hook& hook);
  void take(const Tap& tap, rte_mbuf* const* frames, std::uint16_t count) noexcept;
  static std::uint16_t on_receive(std::uint16_t port, std::uint16_t queue, rte_mbuf** frames,
                                  std::uint16_t count, std::uint16_t most, void* tap);
  static std::uint16_t on_send(std::uint16_t port, std::uint16_t queue, rte_mbuf** frames,
                               std::uint16_t count, void* tap);
  void run(const std::string& head);
  bool write_some();
  void write(const std::string& octets);
  void add_copy(std::string& out, rte_mbuf& copy);

  CaptureFile file_;
  rte_mempool* pool_ = nullptr;
  rte_ring* ring_ = nullptr;
  std::vector<std::unique_ptr<Tap>> taps_{};
  std::vector<Hook> hooks_{};
  std::uint64_t begun_ns_ = 0;  // the same moment by the clock and in cycles
  std::uint64_t begun_cycles_ = 0;
  std::atomic<std::uint64_t> frames_ = 0;
  std::atomic<std::uint64_t> octets_ = 0;
  std::atomic<std::uint64_t> lost_ = 0;
  std::atomic<int> failure_ = 0;  // an errno: the file takes no more
  std::atomic<bool> stop_ = false;
  std::atomic<bool> ended_ = false;  // the thread has
  std::thread thread_{};
};

}  // namespace lagoon::dpdk
