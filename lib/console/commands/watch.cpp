// watch: the live view. A frame for each time it is asked; whoever shows it asks again after the interval.
#include <array>
#include <charconv>

#include "config/text/suggest.hpp"
#include "console/session.hpp"
#include "console/text/watch_view.hpp"

namespace lagoon::console {

namespace {

constexpr Duration kUsual = 1s;
constexpr double kLeast = 0.1;
constexpr double kMost = 3600;
constexpr std::uint32_t kCountMost = 1'000'000;

Result<Duration> interval_of(std::string_view text) {
  if (text.empty()) return kUsual;
  double seconds = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed);
  // (not a number is neither below nor above)
  if (error != std::errc{} || end != text.data() + text.size() || !(seconds >= kLeast && seconds <= kMost))
    return fail(Errc::invalid_argument,
                "the interval is " + config::in_quotes(text) + "; expected seconds, 0.1 to 3600");
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

Result<Outcome> watch(Session& session, const Arguments& arguments) {
  const auto interval = interval_of(arguments["SECONDS"]);
  if (!interval) return std::unexpected{interval.error()};
  Outcome outcome{.after = After::repeat, .interval = *interval};
  if (!arguments["NUMBER"].empty()) {
    const auto count = number_of(arguments["NUMBER"], "the number of times", 1, kCountMost);
    if (!count) return std::unexpected{count.error()};
    outcome.count = *count;
  }
  auto lags = lags_of(session, arguments["LAG"]);
  if (!lags) return std::unexpected{lags.error()};
  outcome.text = watch_view(session.watched, *lags);
  session.watched = *std::move(lags);
  return outcome;
}

constexpr std::array<CommandRow, 1> kWatchCommands{{
    {"watch [LAG] [every SECONDS] [count NUMBER]",
     "Live: what members carry, as rates and bars; a key ends it", watch},
}};

}  // namespace

std::span<const CommandRow> watch_commands() noexcept {
  return kWatchCommands;
}

}  // namespace lagoon::console
