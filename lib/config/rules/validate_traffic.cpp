// The rules between the values of a LAG's section traffic, which are those of a qos::TrafficPolicy.
#include "config/rules/validator.hpp"
#include "qos/mistakes.hpp"

namespace lagoon::config {

void Validator::traffic(const Lag& lag, const std::string& path) {
  const std::string section = key_path(path, "traffic");
  if (!source_.broken(section))
    for (qos::Mistake& mistake : qos::mistakes_in(lag.options.traffic))
      report(key_path(section, mistake.where), std::move(mistake.what));
  const std::string pfc = key_path(path, "pfc");
  const bool pauses = lag.options.port.pause.value_or(control::Pause::off) != control::Pause::off;
  if (pauses && !lag.options.port.pfc.empty())
    report(pfc, "pfc pauses some priorities and pause all of them; keep one");
}

}  // namespace lagoon::config
