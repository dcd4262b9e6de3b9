// All of DPDK that only drivers see, and what differs between its releases (22.11 to 24.11).
#pragma once

// (before DPDK's, or its headers declare parts of the standard library as C)
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>

#include <bus_vdev_driver.h>
#include <ethdev_driver.h>
#include <ethdev_vdev.h>
#include <rte_version.h>

namespace lagoon::pmd {

// The word has changed, and what it means has not: applications leave such a port alone.
#if RTE_VERSION >= RTE_VERSION_NUM(23, 7, 0, 0)
inline constexpr std::uint32_t kMemberFlag = RTE_ETH_DEV_BONDING_MEMBER;
#else
inline constexpr std::uint32_t kMemberFlag = RTE_ETH_DEV_BONDED_SLAVE;
#endif

}  // namespace lagoon::pmd
