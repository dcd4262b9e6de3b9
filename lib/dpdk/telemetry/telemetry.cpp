#include "dpdk/telemetry/telemetry.hpp"

#include <rte_telemetry.h>
#include <rte_version.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "control/views/views.hpp"
#include "dpdk/telemetry/telemetry_data.hpp"
#include "dpdk/telemetry/text_pages.hpp"

namespace lagoon::dpdk {

namespace {

// DPDK's callbacks get no context of ours and run in threads of its own, so which engine answers is kept
// here.
std::mutex engine_mutex;
Engine* engine = nullptr;
TextPages view_pages;  // guarded by engine_mutex as well

std::vector<std::string> split(const char* parameters) {
  std::vector<std::string> words;
  std::string_view rest = parameters != nullptr ? parameters : "";
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    words.emplace_back(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return words;
}

int answer_error(rte_tel_data* data, std::string_view words) {
  TelemetryDict dict{data};
  dict.text("error", words);
  return 0;
}

int on_list(const char*, const char*, rte_tel_data* data) {
  const std::lock_guard lock{engine_mutex};
  if (engine == nullptr) return -1;
  const auto names = engine->lag_names();
  if (!names) return answer_error(data, names.error().detail);
  rte_tel_data_start_array(data, RTE_TEL_STRING_VAL);
  for (const std::string& name : *names) rte_tel_data_add_array_string(data, name.c_str());
  return 0;
}

int on_lag(const char*, const char* parameters, rte_tel_data* data) {
  const std::lock_guard lock{engine_mutex};
  if (engine == nullptr) return -1;
  const auto words = split(parameters);
  if (words.size() != 1) return answer_error(data, "usage: /lagoon/lag,NAME");
  const auto status = engine->status(words[0]);
  if (!status) return answer_error(data, status.error().detail);
  put_lag(data, *status);
  return 0;
}

int answer_text(rte_tel_data* data, const std::string& text) {
  return rte_tel_data_string(data, text.c_str());
}

int on_view(const char*, const char* parameters, rte_tel_data* data) {
  const std::lock_guard lock{engine_mutex};
  if (engine == nullptr) return -1;
  const auto words = split(parameters);
  const auto view = control::view_from(words.size() > 1 ? std::string_view{words[1]} : "table");
  if (words.empty() || words.size() > 3 || !view)
    return answer_error(data, "usage: /lagoon/view,NAME[,linux|lagg|cisco|json|table[,PAGE]]");
  const std::string question = "/lagoon/view," + words[0] + "," + std::string{name_of(*view)};
  if (words.size() == 3) {
    const auto page = view_pages.next(words[2], question);
    return page ? answer_text(data, *page)
                : answer_error(data, "there is no such page any more; ask for the first");
  }
  const auto status = engine->status(words[0]);
  if (!status) return answer_error(data, status.error().detail);
  return answer_text(data, view_pages.first(control::render(*view, *status), question));
}

int on_classes(const char*, const char* parameters, rte_tel_data* data) {
  const std::lock_guard lock{engine_mutex};
  if (engine == nullptr) return -1;
  const auto words = split(parameters);
  if (words.size() != 1) return answer_error(data, "usage: /lagoon/classes,NAME");
  const auto status = engine->status(words[0]);
  if (!status) return answer_error(data, status.error().detail);
  if (status->classes.empty())
    return answer_error(data,
                        "LAG '" + status->name + "' has no traffic classes; set traffic: { classes: [..] }");
  put_classes(data, *status);
  return 0;
}

int on_events(const char*, const char* parameters, rte_tel_data* data) {
  // An answer holds 16 KiB; an event takes up to 200 octets.
  constexpr std::size_t kMost = 80;
  const std::lock_guard lock{engine_mutex};
  if (engine == nullptr) return -1;
  const auto words = split(parameters);
  std::size_t most = kMost;
  if (words.empty() || words.size() > 2) return answer_error(data, "usage: /lagoon/events,NAME[,MOST]");
  if (words.size() == 2) std::from_chars(words[1].data(), words[1].data() + words[1].size(), most);
  const auto events = engine->events(words[0], std::min(most, kMost));
  if (!events) return answer_error(data, events.error().detail);
  put_events(data, *events);
  return 0;
}

int on_wire(const char*, const char* parameters, rte_tel_data* data) {
  const std::lock_guard lock{engine_mutex};
  if (engine == nullptr) return -1;
  const auto words = split(parameters);
  if (words.size() != 2) return answer_error(data, "usage: /lagoon/wire,NAME,up|down|blackhole|heal");
  if (auto done = engine->act_on_wire(words[0], words[1]); !done)
    return answer_error(data, done.error().detail);
  TelemetryDict dict{data};
  dict.text("wire", words[0]);
  dict.text("done", words[1]);
  return 0;
}

int on_ports(const char*, const char*, rte_tel_data* data) {
  const std::lock_guard lock{engine_mutex};
  if (engine == nullptr) return -1;
  const auto ports = engine->access_ports();
  if (!ports) return answer_error(data, ports.error().detail);
  put_ports(data, *ports);
  return 0;
}

// What stands before the first comma, which is taken off with it.
std::string_view take_word(std::string_view& rest) {
  const std::size_t comma = std::min(rest.find(','), rest.size());
  const std::string_view taken = rest.substr(0, comma);
  rest.remove_prefix(std::min(comma + 1, rest.size()));
  return taken;
}

int on_explain(const char*, const char* parameters, rte_tel_data* data) {
  const std::lock_guard lock{engine_mutex};
  if (engine == nullptr) return -1;
  std::string_view flow = parameters != nullptr ? parameters : "";
  const std::string_view lag = take_word(flow);
  if (lag.empty() || flow.empty())
    return answer_error(data,
                        "usage: /lagoon/explain,LAG,FLOW, like /lagoon/explain,lag0,udp 10.0.0.1:1000 "
                        "10.0.0.2:2000");
  const auto answer = engine->explain(lag, flow);
  if (!answer) return answer_error(data, answer.error().detail);
  put_explanation(data, *answer);
  return 0;
}

// The argument is the rest of the line, commas and all: it is YAML.
int on_do(const char*, const char* parameters, rte_tel_data* data) {
  const std::lock_guard lock{engine_mutex};
  if (engine == nullptr) return -1;
  std::string_view rest = parameters != nullptr ? parameters : "";
  const std::string lag{take_word(rest)};
  const std::string_view verb = take_word(rest);
  if (lag.empty() || verb.empty()) return answer_error(data, "usage: /lagoon/do,LAG,VERB,ARGUMENT");
  auto action = config::parse_action(verb, rest);
  if (!action) return answer_error(data, action.error().detail);
  const auto done = engine->execute({.lag = lag, .action = std::move(*action)});
  if (!done) return answer_error(data, done.error().detail);
  TelemetryDict dict{data};
  dict.text("done", *done);
  return 0;
}

}  // namespace

Result<void> offer_telemetry(Engine& from) {
  const std::lock_guard lock{engine_mutex};
  engine = &from;
  struct Command {
    const char* name;
    telemetry_cb callback;
    const char* help;
  };
  static constexpr Command commands[] = {
      {"/lagoon/list", on_list, "Names of the LAGs. Takes no parameters"},
      {"/lagoon/lag", on_lag, "Status of a LAG. Parameters: NAME"},
      {"/lagoon/view", on_view, "A LAG as text. Parameters: NAME[,linux|lagg|cisco|json|table[,PAGE]]"},
      {"/lagoon/classes", on_classes, "Queues of a LAG's traffic classes. Parameters: NAME"},
      {"/lagoon/events", on_events, "The last transitions of a LAG. Parameters: NAME[,MOST]"},
      {"/lagoon/ports", on_ports, "The access ports. Takes no parameters"},
      {"/lagoon/explain", on_explain, "Which way a conversation takes. Parameters: LAG,FLOW"},
      {"/lagoon/do", on_do,
       "Changes a running LAG. Parameters: "
       "LAG,add|remove|enable|disable|drain|activate|weight|move|set,ARGUMENT"},
      {"/lagoon/wire", on_wire, "Pulls or heals an in-process link. Parameters: NAME,up|down|blackhole|heal"},
  };
  for (const Command& c : commands)
    if (rte_telemetry_register_cmd(c.name, c.callback, c.help) != 0)
      return fail(Errc::system, std::string{"telemetry command "} + c.name + " can't be registered");
  return {};
}

void retire_telemetry() {
  const std::lock_guard lock{engine_mutex};
  engine = nullptr;
}

}  // namespace lagoon::dpdk
