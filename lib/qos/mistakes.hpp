// Mistakes in TrafficOptions: what one value alone can't show. The reader of the configuration file reports
// them with their place, and a TrafficPolicy is made of options that have none.
#pragma once

#include <string>
#include <vector>

#include "qos/traffic_options.hpp"

namespace lagoon::qos {

struct Mistake {
  std::string where;  // below `traffic`: "classes[1].rate.pir"
  std::string what;
};

[[nodiscard]] std::vector<Mistake> mistakes_in(const TrafficOptions& options);

}  // namespace lagoon::qos
