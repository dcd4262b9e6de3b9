// Any text as an action and its argument, and as what is set on LAGs of several modes: done, or refused with
// a reason and without a change; what was done can be done again and changes nothing more.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "config/command/command.hpp"
#include "config/file/yaml_reader.hpp"

using namespace lagoon;

namespace {

std::vector<config::Lag> lags() {
  std::vector<config::Lag> all;
  const auto add = [&all](std::string_view mode, std::string_view more) {
    const auto config =
        config::parse_config("lags: [{ name: l, mode: " + std::string{mode} + std::string{more} +
                             ", members: [{ name: m0, dev: net_a }, { name: m1, dev: net_b }] }]");
    LAGOON_CHECK(config.has_value());
    all.push_back(config->lags.at(0));
  };
  for (const control::ModeRow& row : control::kModes) add(row.name, "");
  add("lacp", ", distribute: weighted");
  return all;
}

bool same(const config::Lag& a, const config::Lag& b) {
  return a.options == b.options && a.options.port == b.options.port &&
         a.options.random_seed == b.options.random_seed && a.options.mac == b.options.mac &&
         a.options.mac_from == b.options.mac_from && a.name == b.name;
}

void set(const config::SetOption& option) {
  static const std::vector<config::Lag> kLags = lags();
  for (const config::Lag& before : kLags) {
    config::Lag lag = before;
    const auto done = config::set_option(lag, option.key, option.value);
    if (!done) {
      LAGOON_CHECK(!done.error().detail.empty());
      LAGOON_CHECK(same(lag, before));
      continue;
    }
    const config::Lag once = lag;
    LAGOON_CHECK(config::set_option(lag, option.key, option.value).has_value());
    LAGOON_CHECK(same(lag, once));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const std::size_t space = text.find(' ');
  const auto action = config::parse_action(
      text.substr(0, space), space == std::string_view::npos ? std::string_view{} : text.substr(space + 1));
  if (!action)
    LAGOON_CHECK(!action.error().detail.empty());
  else if (const auto* option = std::get_if<config::SetOption>(&*action))
    set(*option);
  return 0;
}
