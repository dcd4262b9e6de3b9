// Wish: an operator's word which box is to carry a LAG, on its way into etcd: the key lags/LAG/want. It is
// put whatever stood there, so it is tried again with what was found.
//
// Thread: any; each call is safe beside others. One wish at a time.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/time.hpp"
#include "cluster/request.hpp"

namespace lagoon::lagoond {

class Wish {
 public:
  /// Whoever wishes: waits until it is carried out, or `patience` ends. `wake` is called when it is there.
  template <typename Wake>
  [[nodiscard]] Result<void> make(const std::string& lag, const std::string& node, Duration patience,
                                  Wake wake) {
    std::unique_lock lock{mutex_};
    if (wanted_) return fail(Errc::busy, "another command of this kind is under way; try again");
    wanted_ = Wanted{.lag = lag, .node = node};
    outcome_.reset();
    wake();
    done_.wait_for(lock, patience, [this] { return outcome_.has_value(); });
    wanted_.reset();
    under_way_.reset();
    return outcome_.value_or(fail(Errc::busy, "etcd does not answer; look at show cluster"));
  }

  // Of who carries requests out.

  /// What is to be sent now, with an id that no Node gives.
  [[nodiscard]] std::optional<cluster::Request> next(std::uint8_t endpoint, Instant now);
  /// True: the answer was to a request of next().
  [[nodiscard]] bool answered(cluster::RequestId id, const cluster::Answer& answer);
  [[nodiscard]] bool failed(cluster::RequestId id, std::string_view words);

 private:
  struct Wanted {
    std::string lag{};
    std::string node{};
    cluster::Revision created{};
  };
  static constexpr std::uint64_t kIds = std::uint64_t{1} << 63;
  static constexpr Duration kDeadline = 500ms;
  void end(Result<void> outcome);

  std::mutex mutex_{};
  std::condition_variable done_{};
  std::optional<Wanted> wanted_{};
  std::optional<cluster::RequestId> under_way_{};
  std::optional<Result<void>> outcome_{};
  std::uint64_t ids_ = 0;
};

}  // namespace lagoon::lagoond
