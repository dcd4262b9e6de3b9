#include "lagoond/config_verbs.hpp"

#include <algorithm>
#include <ostream>

#include "config/file/yaml_reader.hpp"
#include "config/file/yaml_writer.hpp"
#include "config/plan/check.hpp"
#include "lagoond/atomic_file.hpp"

namespace lagoon::lagoond {

namespace {

constexpr const char* kSaved =
    "# Written by lagoond (config save). config/reference.yaml has every key and its default.\n";

std::expected<config::Reading, config::Diagnostics> read(const std::string& path, std::ostream& out) {
  auto reading = config::read_config_file_with_places(path.c_str());
  config::print(out, path, reading ? reading->config.warnings : reading.error());
  return reading;
}

bool has_found(const control::LagStatus& lag, const std::string& name) {
  return std::ranges::any_of(lag.members, [&](const control::MemberStatus& member) {
    return member.name == name && !member.hold_out.candidate;
  });
}

// Each LAG that has found members lists them, and keeps its address, by which its Partner knows it. One that
// has none goes on to look for some among those that are left.
Result<config::Config> found_config(dpdk::Engine& from) {
  auto config = from.running_config();
  const auto status = from.status_of_all();
  if (!config) return config;
  if (!status) return std::unexpected{status.error()};
  const auto is_found = [&](const config::Member& candidate) {
    return std::ranges::any_of(*status, [&](const control::LagStatus& lag) {
      return lag.options.automatic && has_found(lag, candidate.name);
    });
  };
  for (config::Lag& lag : config->lags) {
    if (!lag.options.automatic) continue;
    const auto now = std::ranges::find(*status, lag.name, &control::LagStatus::name);
    if (now == status->end()) continue;
    std::erase_if(lag.members, [&](const config::Member& member) { return !has_found(*now, member.name); });
    if (lag.members.empty()) {
      std::erase_if(lag.from, is_found);
      if (lag.from.empty())
        return fail(Errc::invalid_argument,
                    "LAG '" + lag.name +
                        "' has found no member, and no candidate is left for it; take it out of the "
                        "configuration, or give it one, and save then");
      continue;
    }
    lag.options.automatic = false;
    lag.options.formation = {};
    lag.options.mac = now->address;
    lag.options.mac_from.clear();
    lag.from.clear();
  }
  return config;
}

}  // namespace

bool show_config(dpdk::Engine& engine, std::ostream& out) {
  const auto running = engine.running_config();
  out << (running ? config::to_yaml(*running) : running.error().detail + "\n");
  return running.has_value();
}

bool check_config(const std::string& path, std::ostream& out) {
  return config::check_config_file(path.c_str(), out, out) == 0;
}

bool diff_config(dpdk::Engine& engine, const std::string& path, std::ostream& out) {
  const auto reading = read(path, out);
  if (!reading) return false;
  const config::ChangePlan plan = engine.plan(reading->config, reading->source);
  config::print(out, path, plan);
  return !plan.refused();
}

bool apply_config(dpdk::Engine& engine, const std::string& path, std::ostream& out) {
  const auto reading = read(path, out);
  if (!reading) {
    out << path << ": nothing was changed\n";
    return false;
  }
  const auto outcome = engine.apply(reading->config, reading->source, [&](const config::ChangePlan& plan) {
    config::print(out, path, plan);
    out.flush();
  });
  if (outcome.plan.refused()) {
    out << path << ": nothing was changed\n";
    return false;
  }
  for (const std::string& words : outcome.done) out << "done: " << words << '\n';
  if (outcome.error) {
    out << "failed: " << *outcome.error << '\n';
    for (const std::string& words : outcome.undone) out << "taken back: " << words << '\n';
    out << path << ": not applied\n";
    return false;
  }
  out << path << ": applied\n";
  return true;
}

bool save_config(dpdk::Engine& engine, const std::string& path, Members members, std::ostream& out) {
  const auto running = members == Members::as_found ? found_config(engine) : engine.running_config();
  if (!running) {
    out << running.error().detail << '\n';
    return false;
  }
  const std::string text = kSaved + config::to_yaml(*running);
  // A LAG without members runs, but no file says so: a start with it would fail.
  if (const auto again = config::parse_config(text); !again) {
    out << "what runs would not start again, so it was not saved:\n";
    config::print(out, path, again.error());
    return false;
  }
  if (const auto written = write_atomically(path, text); !written) {
    out << written.error().detail << '\n';
    return false;
  }
  out << "saved to " << path << '\n';
  return true;
}

}  // namespace lagoon::lagoond
