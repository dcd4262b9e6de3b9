// A LAG from the text of its keys: the tree of a file with that one LAG in it is put together, and read and
// checked as a file is. So options mean the same here and in lagoond's configuration.
#include "api/read_lag.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

#include "config/file/yaml_reader.hpp"
#include "config/read/read_model.hpp"
#include "config/rules/validate.hpp"
#include "dpdk/base/log.hpp"

namespace lagoon::api {

namespace {

using config::YamlNode;

YamlNode word(std::string_view text) {
  return {.kind = YamlNode::Kind::scalar, .text = std::string{text}, .in_quotes = true};
}

void put(YamlNode& map, std::string_view key, YamlNode value) {
  map.keys.push_back(word(key));
  map.items.push_back(std::move(value));
}

bool has(const YamlNode& map, std::string_view key) {
  return std::ranges::find(map.keys, key, &YamlNode::text) != map.keys.end();
}

YamlNode members_of(std::span<const std::string> ports) {
  YamlNode list{.kind = YamlNode::Kind::list};
  for (const std::string& port : ports) {
    YamlNode member{.kind = YamlNode::Kind::map};
    put(member, "dev", word(port));
    list.items.push_back(std::move(member));
  }
  return list;
}

// `source` is what messages call the text.
Result<config::Lag> read(std::string_view name, const std::string& source, std::string_view text,
                         std::span<const std::string> ports) {
  auto keys = config::parse_yaml(text);
  const auto wrong = [&](const config::Diagnostics& diagnostics) {
    std::ostringstream lines;
    print(lines, source, diagnostics);
    std::string all = lines.str();
    if (all.ends_with('\n')) all.pop_back();
    return fail(Errc::invalid_argument, std::move(all));
  };
  config::Reading reading;
  if (!keys) {
    reading.diagnostics.add(keys.error().at, keys.error().message);
    return wrong(reading.diagnostics);
  }
  if (keys->kind == YamlNode::Kind::empty) keys->kind = YamlNode::Kind::map;
  if (keys->kind != YamlNode::Kind::map) {
    reading.diagnostics.add(keys->at, "expected keys of a LAG and their values, like mode: active-backup");
    return wrong(reading.diagnostics);
  }
  if (!name.empty() || !has(*keys, "name")) put(*keys, "name", word(name.empty() ? "lag0" : name));
  if (!ports.empty() || !has(*keys, "members")) put(*keys, "members", members_of(ports));
  YamlNode lags{.kind = YamlNode::Kind::list};
  lags.items.push_back(*std::move(keys));
  YamlNode root{.kind = YamlNode::Kind::map};
  put(root, "lags", std::move(lags));

  config::read_model(root, reading);
  config::validate(reading.config, reading.source, reading.diagnostics);
  if (reading.diagnostics.has_errors()) return wrong(reading.diagnostics);
  for (const config::Diagnostic& warning : reading.diagnostics.items())
    dpdk::log_line(dpdk::LogLevel::warning, source + ": " + warning.message);
  return std::move(reading.config.lags.front());
}

}  // namespace

Result<config::Lag> read_lag(std::string_view name, std::string_view options,
                             std::span<const std::string> ports) {
  return read(name, "options", options, ports);
}

Result<config::Lag> read_lag_file(std::string_view name, const char* path,
                                  std::span<const std::string> ports) {
  errno = 0;
  std::ifstream file{path, std::ios::binary};
  if (!file)
    return fail(errno == EACCES ? Errc::permission : Errc::no_such_thing,
                std::string{path} + ": can't be opened: " + std::generic_category().message(errno));
  std::string text(config::kTextMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return fail(Errc::system, std::string{path} + ": can't be read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  return read(name, path, text, ports);
}

}  // namespace lagoon::api
