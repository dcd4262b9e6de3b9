#include "config/file/yaml_writer.hpp"

#include <string_view>

#include "config/values/key_text.hpp"

namespace lagoon::config {
namespace {

void write_eal(std::string& out, const Eal& eal) {
  const std::vector<KeyText> usual = keys_of(Eal{});
  const std::vector<KeyText> own = keys_of(eal);
  std::string section;
  for (std::size_t i = 0; i < own.size(); ++i)
    if (own[i] != usual[i]) section += "  " + own[i].key + ": " + own[i].value + "\n";
  if (!section.empty()) out += "eal:\n" + section;
}

void write_lag(std::string& out, const Lag& lag) {
  const std::vector<KeyText> usual = keys_of(Lag{});
  const std::vector<KeyText> own = keys_of(lag);
  std::vector<KeyText> said{own[0], own[1]};  // name and mode, always
  for (std::size_t i = said.size(); i < own.size(); ++i) {
    // (targets without it would be a mistake; a monitor that is switched off is said to be)
    const bool off_is_said = own[i].key == "arp-interval" && !lag.options.targets.targets.empty();
    if (own[i] != usual[i] || off_is_said) said.push_back(own[i]);
  }
  std::string_view before = "  - ";
  for (const KeyText& key : in_maps(said)) {
    out.append(before).append(key.key).append(": ").append(key.value).append("\n");
    before = "    ";
  }
  if (lag.options.automatic) {
    out += "    members:\n      from:\n";
    for (const Member& candidate : lag.from) out += "        - " + yaml_of(candidate) + "\n";
    return;
  }
  if (lag.members.empty()) {
    out += "    members: []\n";
    return;
  }
  out += "    members:\n";
  for (const Member& member : lag.members) out += "      - " + yaml_of(member) + "\n";
}

}  // namespace

std::string to_yaml(const Config& config) {
  std::string out;
  write_eal(out, config.eal);
  const std::vector<KeyText> usual = process_keys_of(Config{});
  const std::vector<KeyText> own = process_keys_of(config);
  for (std::size_t i = 0; i < own.size(); ++i)
    if (own[i] != usual[i]) out += own[i].key + ": " + own[i].value + "\n";
  if (!config.ports.empty()) out += "ports:\n";
  for (const Port& port : config.ports) out += "  - " + yaml_of(port) + "\n";
  if (!config.lags.empty()) out += "lags:\n";
  for (const Lag& lag : config.lags) write_lag(out, lag);
  if (!config.forward.empty()) out += "forward:\n";
  for (const Forward& forward : config.forward)
    out += "  - " + flow_list({yaml_of(forward.a), yaml_of(forward.b)}) + "\n";
  return out;
}

}  // namespace lagoon::config
