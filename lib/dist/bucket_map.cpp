// Lays out the preferences by inserting the members one after the other, in the order of their index.
//
// Member k goes before position i of a bucket's order with probability w(k) / (w(k) + weights from i on), the
// insertion that keeps the orders distributed as Plackett and Luce have it: the first of any subset of the
// members is member m with probability w(m) / (weights of the subset). Instead of by chance, it is decided by
// carrying the fraction on from bucket to bucket. The buckets are visited in the order of their preferences
// so far, so that every group of buckets with the same first choices gets its share to within one bucket, and
// whoever of them is taken away leaves even shares behind.
#include "dist/bucket_map.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>

#include "base/check.hpp"
#include "dist/load_group.hpp"

namespace lagoon::dist {
namespace {

// One in fixed point.
constexpr std::uint64_t kOne = std::uint64_t{1} << 32;

// Decides at each position whether the newcomer goes there.
class Diffusion {
 public:
  Diffusion() { carried_.fill(kOne / 2); }
  bool take(std::size_t position, std::uint64_t weight, std::uint64_t weight_from_there_on) {
    std::uint64_t& carried = carried_[position];
    carried += (weight << 32) / (weight + weight_from_there_on);
    if (carried < kOne) return false;
    carried -= kOne;
    return true;
  }

 private:
  std::array<std::uint64_t, kMembersMax> carried_{};
};

}  // namespace

template <std::size_t Size>
void Preferences<Size>::lay_out(std::span<const std::uint32_t, kMembersMax> capacity) {
  std::copy(capacity.begin(), capacity.end(), capacity_.begin());
  members_ = 0;
  std::array<std::uint16_t, Size> visit{};
  std::iota(visit.begin(), visit.end(), std::uint16_t{0});
  std::uint64_t weight_before = 0;
  for (std::size_t k = 0; k < kMembersMax; ++k) {
    const std::uint64_t weight = capacity[k];
    if (weight == 0) continue;
    std::sort(visit.begin(), visit.end(), [this](std::uint16_t a, std::uint16_t b) {
      const int order = std::memcmp(preference_[a].data(), preference_[b].data(), members_);
      return order != 0 ? order < 0 : a < b;
    });
    Diffusion diffusion;
    for (const std::uint16_t bucket : visit) {
      auto& order = preference_[bucket];
      std::uint64_t from_here_on = weight_before;
      std::size_t at = 0;
      while (at < members_ && !diffusion.take(at, weight, from_here_on))
        from_here_on -= capacity[order[at++]];
      std::copy_backward(order.begin() + static_cast<std::ptrdiff_t>(at),
                         order.begin() + static_cast<std::ptrdiff_t>(members_),
                         order.begin() + static_cast<std::ptrdiff_t>(members_ + 1));
      order[at] = static_cast<std::uint8_t>(k);
    }
    weight_before += weight;
    ++members_;
  }
}

template <std::size_t Size>
void Preferences<Size>::map(const BucketMapInput& input, std::array<std::uint8_t, Size>& out) {
  if (input.capacity != capacity_) lay_out(input.capacity);
  for (std::size_t bucket = 0; bucket < Size; ++bucket) {
    const auto& order = preference_[bucket];
    std::size_t at = 0;
    while (at < members_ && (input.distributing >> order[at] & 1U) == 0) ++at;
    LAGOON_CHECK(at < members_);
    out[bucket] = order[at];
  }
}

template class Preferences<kBuckets>;
template class Preferences<kLoadGroups>;

}  // namespace lagoon::dist
