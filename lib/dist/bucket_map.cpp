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
#include <memory>
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

// Whoever is `member` becomes what stands in `others`. (In steps of a cache line, which the compiler makes a
// few instructions each.)
constexpr std::size_t kStep = 64;
void replace(std::uint8_t member, std::span<const std::uint8_t> others, std::span<std::uint8_t> members) {
  for (std::size_t at = 0; at < members.size(); at += kStep) {
    std::uint8_t* const mine = &members[at];
    std::array<std::uint8_t, kStep> other;
    std::copy_n(&others[at], kStep, other.begin());
    for (std::size_t i = 0; i < kStep; ++i) {
      const auto is = static_cast<std::uint8_t>(mine[i] == member ? 0xffU : 0U);
      mine[i] = static_cast<std::uint8_t>((mine[i] & ~is) | (other[i] & is));
    }
  }
}

}  // namespace

template <std::size_t Size>
void Preferences<Size>::lay_out(std::span<const std::uint32_t, kMembersMax> capacity) {
  std::copy(capacity.begin(), capacity.end(), capacity_.begin());
  members_ = 0;
  using Order = std::array<std::uint8_t, kMembersMax>;
  const auto orders = std::make_unique<std::array<Order, Size>>();
  std::array<std::uint16_t, Size> visit{};
  std::iota(visit.begin(), visit.end(), std::uint16_t{0});
  std::uint64_t weight_before = 0;
  for (std::size_t k = 0; k < kMembersMax; ++k) {
    const std::uint64_t weight = capacity[k];
    if (weight == 0) continue;
    std::sort(visit.begin(), visit.end(), [&](std::uint16_t a, std::uint16_t b) {
      const int order = std::memcmp((*orders)[a].data(), (*orders)[b].data(), members_);
      return order != 0 ? order < 0 : a < b;
    });
    Diffusion diffusion;
    for (const std::uint16_t bucket : visit) {
      Order& order = (*orders)[bucket];
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
  for (std::size_t bucket = 0; bucket < Size; ++bucket)
    for (std::size_t i = 0; i < members_; ++i) choice_[i][bucket] = (*orders)[bucket][i];
}

// All buckets have their first choice; those whose choice does not distribute take the next one, and so on.
// Where few members are silent that is done in loops that compare many buckets at a time, for a failover
// waits for it.
template <std::size_t Size>
void Preferences<Size>::map(const BucketMapInput& input, std::array<std::uint8_t, Size>& out) {
  if (input.capacity != capacity_) lay_out(input.capacity);
  std::uint32_t silent = 0;  // members with a capacity that do not distribute
  for (std::size_t m = 0; m < kMembersMax; ++m)
    if (capacity_[m] != 0 && (input.distributing >> m & 1U) == 0) silent |= std::uint32_t{1} << m;
  const auto passes = static_cast<std::size_t>(std::popcount(silent));
  LAGOON_CHECK(passes < members_);
  static_assert(Size % kStep == 0);
  out = choice_[0];
  constexpr std::size_t kFew = 3;
  if (passes > kFew) {
    for (std::size_t bucket = 0; bucket < Size; ++bucket)
      for (std::size_t at = 1; (silent >> out[bucket] & 1U) != 0; ++at) out[bucket] = choice_[at][bucket];
    return;
  }
  for (std::size_t pass = 1; pass <= passes; ++pass)
    for (std::uint32_t left = silent; left != 0; left &= left - 1)
      replace(static_cast<std::uint8_t>(std::countr_zero(left)), choice_[pass], out);
}

template class Preferences<kBuckets>;
template class Preferences<kLoadGroups>;

}  // namespace lagoon::dist
