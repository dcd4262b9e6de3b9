// RequestBook: which requests are under way, when the next of each kind may go out, and to which endpoint.
//
// One of a kind at a time, each with a deadline; an answer that comes later is not known any more. An
// endpoint that fails makes room for the next. What fails again and again is asked ever more rarely.
//
// Thread: one at a time. Bounded: as many requests as it has slots.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "cluster/request.hpp"
#include "cluster/types.hpp"

namespace lagoon::cluster {

class RequestBook {
 public:
  static constexpr Duration kRetry = 100ms;   // after the first failure
  static constexpr Duration kRetryMost = 2s;  // after many

  struct Sent {
    RequestId id{};
    std::uint8_t endpoint = 0;
    Instant at{};
    Instant deadline{};
    Revision known{};  // the highest revision of etcd's that was known then
  };

  RequestBook(std::size_t slots, std::uint8_t endpoints, Duration patience)
      : slots_(slots), endpoints_{std::max<std::uint8_t>(endpoints, 1)}, patience_{patience} {}

  [[nodiscard]] bool may_send(std::size_t slot, Instant now) const noexcept {
    return !slots_[slot].sent && slots_[slot].not_before <= now;
  }
  [[nodiscard]] bool under_way(std::size_t slot) const noexcept { return slots_[slot].sent.has_value(); }
  [[nodiscard]] const std::optional<Sent>& sent(std::size_t slot) const noexcept { return slots_[slot].sent; }
  /// Precondition: may_send(slot, now).
  Sent send(std::size_t slot, Revision known, Instant now) noexcept;
  /// The slot that waits for `id`; nothing for an answer that came too late.
  [[nodiscard]] std::optional<std::size_t> slot_of(RequestId id) const noexcept;
  /// It was answered. The next of its kind not before `next`.
  void answered(std::size_t slot, Instant next) noexcept;
  /// It failed. `steadily`: the next after kRetry, however often it has failed.
  void failed(std::size_t slot, bool steadily, Instant now) noexcept;
  /// The first that was not answered in time; failed() takes it out.
  [[nodiscard]] std::optional<std::size_t> overdue(Instant now) const noexcept;
  /// Soon, whatever was said: something has changed.
  void hurry(std::size_t slot, Instant at) noexcept {
    slots_[slot].not_before = std::min(slots_[slot].not_before, at);
  }
  /// For requests and for watches.
  [[nodiscard]] std::uint8_t endpoint() const noexcept { return endpoint_; }
  /// `failed`: the endpoint that did not do. Nothing happens if it is not in use any more.
  void rotate(std::uint8_t failed) noexcept;

 private:
  struct Slot {
    std::optional<Sent> sent{};
    Instant not_before{};
    Duration pause{};  // after the last failure
  };
  std::vector<Slot> slots_;
  std::uint8_t endpoints_;
  std::uint8_t endpoint_ = 0;
  Duration patience_;
  std::uint64_t ids_ = 0;
};

}  // namespace lagoon::cluster
