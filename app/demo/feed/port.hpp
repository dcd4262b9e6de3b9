// Port: one memif to lagoond, of which this program is the client; needs no privileges and no hugepages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <span>
#include <string>

struct rte_mempool;

namespace lagoon::feed {

class Port {
 public:
  /// `device` is what EAL was told with --vdev.
  [[nodiscard]] static std::expected<Port, std::string> open(const std::string& device, rte_mempool* pool);

  [[nodiscard]] bool is_connected() const noexcept;
  /// A frame of these parts, one behind the other. False: there was no room, and nothing was sent.
  [[nodiscard]] bool send(std::span<const std::byte> head, std::span<const std::byte> tail) noexcept;
  /// Calls `take` with each frame that has come.
  void receive(const std::function<void(std::span<const std::byte>)>& take);
  void close() noexcept;

 private:
  Port(std::uint16_t id, rte_mempool* pool) noexcept : id_{id}, pool_{pool} {}
  std::uint16_t id_;
  rte_mempool* pool_;
};

}  // namespace lagoon::feed
