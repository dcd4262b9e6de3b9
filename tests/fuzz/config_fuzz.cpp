// Any text as a configuration: a plan, and the same again when it is written and read; or at least one
// mistake with a place within the text.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "config/file/yaml_reader.hpp"
#include "config/file/yaml_writer.hpp"
#include "config/plan/plan.hpp"

using namespace lagoon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto config = config::parse_config(text);
  if (config) {
    LAGOON_CHECK(config::plan(*config).size() > 1);
    const std::string written = config::to_yaml(*config);
    if (written.size() > config::kTextMax) return 0;  // (aliases say much in few words)
    const auto again = config::parse_config(written);
    LAGOON_CHECK(again.has_value() && again->eal == config->eal && again->ports == config->ports &&
                 again->lags == config->lags && again->forward == config->forward);
    return 0;
  }
  LAGOON_CHECK(!config.error().empty());
  const auto breaks =
      static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return c == '\n' || c == '\r'; }));
  for (const config::Diagnostic& mistake : config.error().items()) {
    LAGOON_CHECK(!mistake.message.empty());
    LAGOON_CHECK(mistake.at.has_value() && mistake.at->line >= 1 && mistake.at->line <= breaks + 1);
    LAGOON_CHECK(mistake.at->column >= 1 &&
                 mistake.at->column <= 4 * size + 1);  // UTF-16 grows as it is read
  }
  return 0;
}
