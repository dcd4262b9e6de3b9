#include "console/session.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "config/text/suggest.hpp"

namespace lagoon::console {

namespace {

std::unexpected<Error> no_lag(std::string_view wanted, std::span<const control::LagStatus> lags) {
  std::vector<std::string_view> names;
  for (const control::LagStatus& lag : lags) names.push_back(lag.name);
  return fail(Errc::no_such_thing,
              "no LAG " + config::in_quotes(wanted) +
                  (names.empty() ? "; there is none" : "; there are: " + config::listed(names)));
}

}  // namespace

std::vector<CommandRow> command_table() {
  std::vector<CommandRow> rows;
  for (const auto table : {show_commands(), explain_commands(), lacp_commands(), neighbor_commands(),
                           port_commands(), change_commands(), watch_commands(), capture_commands(),
                           config_commands(), bonding_commands(), foreign_commands(), general_commands()})
    rows.insert(rows.end(), table.begin(), table.end());
  return rows;
}

Result<control::LagStatus> lag_of(Session& session, std::string_view lag) {
  auto lags = session.running.lags();
  if (!lags) return std::unexpected{lags.error()};
  const auto named = std::ranges::find(*lags, lag, &control::LagStatus::name);
  if (named != lags->end()) return std::move(*named);
  std::size_t position = 0;
  const auto [end, error] = std::from_chars(lag.data(), lag.data() + lag.size(), position);
  if (error != std::errc{} || end != lag.data() + lag.size() || position >= lags->size())
    return no_lag(lag, *lags);
  return std::move((*lags)[position]);
}

Result<std::vector<control::LagStatus>> lags_of(Session& session, std::string_view lag) {
  if (lag.empty()) return session.running.lags();
  auto one = lag_of(session, lag);
  if (!one) return std::unexpected{one.error()};
  std::vector<control::LagStatus> lags;
  lags.push_back(*std::move(one));
  return lags;
}

Result<std::uint32_t> number_of(std::string_view text, std::string_view what, std::uint32_t least,
                                std::uint32_t most) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < least || number > most)
    return fail(Errc::invalid_argument, std::string{what} + " is " + config::in_quotes(text) + "; expected " +
                                            std::to_string(least) + " to " + std::to_string(most));
  return number;
}

}  // namespace lagoon::console
