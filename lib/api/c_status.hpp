// What a lagoon_status of lagoon.h is.
#pragma once

#include "api/lagoon.h"
#include "control/status/status.hpp"

struct lagoon_status {
  lagoon::control::LagStatus lag;
};
