// What a box may count on, and for how long: leases, promises, the guard between clocks.
#include "cluster/guard.hpp"
#include "cluster/lease.hpp"
#include "cluster/promise.hpp"
#include "support/catch.hpp"

namespace cluster_claims_test {

using namespace lagoon;
using namespace lagoon::cluster;

namespace {

constexpr Instant kStart = Instant{1000s};

}  // namespace

TEST_CASE("The guard covers clocks that run 5 % too fast and too slow", "[cluster]") {
  for (const Duration period : {1s, 2s, 5s, 10s, 60s}) {
    // a deadline by the slowest clock, and the lease by the fastest
    const double ours = static_cast<double>(usable(period).count()) / 0.95;
    const double theirs = static_cast<double>(period.count()) / 1.05;
    CHECK(ours < theirs);
  }
  // (6.6 % at 2 s, and no more than that)
  CHECK(static_cast<double>(usable(2s).count()) / (1 - 0.066) < 2e9 / (1 + 0.066));
  CHECK(static_cast<double>(usable(2s).count()) / (1 - 0.067) > 2e9 / (1 + 0.067));
}

TEST_CASE("A lease is counted from before it was asked for, and a late answer moves nothing back",
          "[cluster]") {
  Lease lease;
  CHECK_FALSE(lease.exists());
  CHECK_FALSE(lease.valid(kStart));
  lease.granted(LeaseId{7}, kStart, 2s);
  CHECK(lease.deadline() == kStart + 1750ms);
  CHECK(lease.valid(kStart + 1749ms));
  CHECK_FALSE(lease.valid(kStart + 1750ms));
  lease.kept(kStart + 500ms);
  lease.kept(kStart + 100ms);
  CHECK(lease.deadline() == kStart + 2250ms);
  // etcd may have kept it all the same
  lease.kept(kStart + 3s);
  CHECK(lease.valid(kStart + 4s));
  lease.lost();
  CHECK_FALSE(lease.valid(kStart + 4s));
}

TEST_CASE("Who asks is done before who promises, whatever the message took", "[cluster]") {
  for (const Duration on_its_way : {0ms, 1ms, 100ms, 1900ms, 5000ms}) {
    HeldPromise held;
    GivenPromise given{kStart - 10s};
    held.promised(kStart);
    given.give(kStart + on_its_way);
    CHECK(*held.deadline() + guard_of(kStandBy) + on_its_way == given.until());
    CHECK(held.valid(kStart + 1749ms));
    CHECK_FALSE(held.valid(kStart + 1750ms));
    CHECK(given.binds(kStart + 1999ms + on_its_way));
  }
}

TEST_CASE("A box that starts stands by, and a promise never becomes shorter", "[cluster]") {
  GivenPromise given{kStart};
  CHECK(given.binds(kStart + 1999ms));
  CHECK_FALSE(given.binds(kStart + 2s));
  given.give(kStart + 3s);
  given.give(kStart + 1s);
  CHECK(given.binds(kStart + 4999ms));
  HeldPromise held;
  CHECK_FALSE(held.valid(kStart));
  CHECK_FALSE(held.deadline());
  held.promised(kStart + 1s);
  held.promised(kStart);
  CHECK(held.valid(kStart + 2s));
  held.forget();
  CHECK_FALSE(held.valid(kStart + 2s));
}

}  // namespace cluster_claims_test
