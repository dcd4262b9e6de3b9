// The answer of lagoon_explain() as JSON.
#pragma once

#include <string>

#include "dpdk/engine/engine.hpp"

namespace lagoon::api {

/// With the names of /lagoon/explain.
[[nodiscard]] std::string to_json(const dpdk::FlowAnswer& answer);

}  // namespace lagoon::api
