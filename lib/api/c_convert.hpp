// Between values of this library and the structs of lagoon.h.
#pragma once

#include "api/lagoon.h"
#include "base/error.hpp"
#include "control/status/status.hpp"
#include "dpdk/engine/embedded_lag.hpp"

namespace lagoon::api {

/// What lagoon_lag_create() is asked for. Errors name all that is wrong with the options, or else the first
/// thing.
[[nodiscard]] Result<dpdk::Embedding> embedding_of(const lagoon_lag_config& config);

[[nodiscard]] lagoon_link c_link(const dpdk::LagLink& link) noexcept;
[[nodiscard]] lagoon_event c_event(const dpdk::NamedEvent& event) noexcept;
[[nodiscard]] lagoon_lag_status c_lag_status(const control::LagStatus& status) noexcept;
[[nodiscard]] lagoon_member_status c_member_status(const control::MemberStatus& member) noexcept;
[[nodiscard]] lagoon_drop c_drop(const control::NamedCount& drop) noexcept;
[[nodiscard]] lagoon_way c_way(const dpdk::FlowAnswer& answer) noexcept;

}  // namespace lagoon::api
