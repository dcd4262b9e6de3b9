#include "control/views/views.hpp"

#include "control/views/renderers.hpp"

namespace lagoon::control {

std::string view_names(std::string_view separator) {
  std::string all;
  for (const std::string_view name : kViewNames) {
    if (!all.empty()) all += separator;
    all += name;
  }
  return all;
}

std::string render(View view, const LagStatus& lag) {
  switch (view) {
    case View::bonding:
      return views::linux_text(lag);
    case View::lagg:
      return views::lagg_text(lag);
    case View::cisco:
      return views::cisco_text(lag);
    case View::json:
      return views::json_text(lag);
    case View::table:
      return views::table_text(lag);
  }
  return {};
}

std::string render_table(std::span<const LagStatus> lags) {
  std::string text;
  for (const LagStatus& lag : lags) text += views::table_text(lag);
  return text;
}

}  // namespace lagoon::control
