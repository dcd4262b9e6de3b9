#include "dpdk/telemetry/telemetry.hpp"

#include <rte_telemetry.h>

#include <algorithm>
#include <charconv>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "config/command/verbs.hpp"
#include "control/journal/journal.hpp"
#include "control/views/views.hpp"
#include "dpdk/telemetry/answer.hpp"
#include "dpdk/telemetry/page_keeper.hpp"
#include "dpdk/telemetry/telemetry_data.hpp"
#include "dpdk/telemetry/text_pages.hpp"

namespace lagoon::dpdk {

namespace {

// DPDK's callbacks get no context of ours and run in threads of its own, so who answers is kept here.
std::mutex source_mutex;
// Held by commands, which take their time: questions are answered meanwhile. Behind source_mutex.
std::shared_mutex source_use;
TelemetrySource* source = nullptr;  // written under both
TextPages view_pages;               // guarded by source_mutex as well
PageKeeper<Answer> kept_pages;

struct Command {
  const char* name;
  telemetry_cb callback;
  std::string parameters;  // as they are typed behind the name
  const char* says;
};
const std::vector<Command>& commands();

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
  Answer answer;
  answer.text("error", words);
  return give(data, answer);
}

int answer_usage(rte_tel_data* data, std::string_view command, std::string_view example = {}) {
  const auto row = std::ranges::find(commands(), command, &Command::name);
  std::string words = "usage: " + std::string{command};
  if (row != commands().end() && !row->parameters.starts_with('[')) words += ",";
  if (row != commands().end()) words += row->parameters;
  if (!example.empty()) words += ", like " + std::string{example};
  return answer_error(data, words);
}

int answer_page(rte_tel_data* data, const PageKeeper<Answer>::Place& place) {
  Answer page = *place.page;
  page.number("page", place.at);
  page.number("pages", place.count);
  if (!place.next.empty()) page.text("next", place.next);
  return give(data, page);
}

// The answer, or its first page. `question`: what to ask again, with "," and the page behind it.
int answer_in_pages(rte_tel_data* data, const Answer& answer, std::string_view question) {
  constexpr std::size_t kNote = 256;  // octets of what tells of pages
  if (answer.fits()) return give(data, answer);
  return answer_page(data, kept_pages.keep(cut(answer, Answer::kOctetsMax - kNote), question));
}

int answer_next_page(rte_tel_data* data, std::string_view page, std::string_view question) {
  const auto place = kept_pages.find(page, question);
  if (!place) return answer_error(data, "there is no such page any more; ask for the first");
  return answer_page(data, *place);
}

int on_list(const char*, const char*, rte_tel_data* data) {
  const std::lock_guard lock{source_mutex};
  if (source == nullptr) return -1;
  const auto names = source->lag_names();
  if (!names) return answer_error(data, names.error().detail);
  bool good = rte_tel_data_start_array(data, RTE_TEL_STRING_VAL) == 0;
  for (const std::string& name : *names)
    good = good && rte_tel_data_add_array_string(data, name.c_str()) == 0;
  return good ? 0 : answer_error(data, "there are more LAGs than DPDK's telemetry takes names");
}

int on_lag(const char*, const char* parameters, rte_tel_data* data) {
  const std::lock_guard lock{source_mutex};
  if (source == nullptr) return -1;
  const auto words = split(parameters);
  if (words.empty() || words.size() > 2) return answer_usage(data, "/lagoon/lag");
  const std::string question = "/lagoon/lag," + words[0];
  if (words.size() == 2) return answer_next_page(data, words[1], question);
  const auto status = source->status(words[0]);
  if (!status) return answer_error(data, status.error().detail);
  return answer_in_pages(data, lag_answer(*status), question);
}

int answer_text(rte_tel_data* data, const std::string& text) {
  return rte_tel_data_string(data, text.c_str());
}

int on_view(const char*, const char* parameters, rte_tel_data* data) {
  const std::lock_guard lock{source_mutex};
  if (source == nullptr) return -1;
  const auto words = split(parameters);
  const auto view = control::view_from(words.size() > 1 ? std::string_view{words[1]} : "table");
  if (words.empty() || words.size() > 3 || !view) return answer_usage(data, "/lagoon/view");
  const std::string question = "/lagoon/view," + words[0] + "," + std::string{name_of(*view)};
  if (words.size() == 3) {
    const auto page = view_pages.next(words[2], question);
    return page ? answer_text(data, *page)
                : answer_error(data, "there is no such page any more; ask for the first");
  }
  const auto status = source->status(words[0]);
  if (!status) return answer_error(data, status.error().detail);
  return answer_text(data, view_pages.first(control::render(*view, *status), question));
}

int on_classes(const char*, const char* parameters, rte_tel_data* data) {
  const std::lock_guard lock{source_mutex};
  if (source == nullptr) return -1;
  const auto words = split(parameters);
  if (words.empty() || words.size() > 2) return answer_usage(data, "/lagoon/classes");
  const std::string question = "/lagoon/classes," + words[0];
  if (words.size() == 2) return answer_next_page(data, words[1], question);
  const auto status = source->status(words[0]);
  if (!status) return answer_error(data, status.error().detail);
  if (status->classes.empty())
    return answer_error(data,
                        "LAG '" + status->name + "' has no traffic classes; set traffic: { classes: [..] }");
  return answer_in_pages(data, classes_answer(*status), question);
}

int on_events(const char*, const char* parameters, rte_tel_data* data) {
  constexpr std::size_t kUsual = 80;
  const std::lock_guard lock{source_mutex};
  if (source == nullptr) return -1;
  const auto words = split(parameters);
  if (words.empty() || words.size() > 3) return answer_usage(data, "/lagoon/events");
  std::size_t most = kUsual;
  if (words.size() > 1) std::from_chars(words[1].data(), words[1].data() + words[1].size(), most);
  const std::string question = "/lagoon/events," + words[0] + "," + std::to_string(most);
  if (words.size() == 3) return answer_next_page(data, words[2], question);
  const auto events = source->events(words[0], std::min(most, control::kJournalSize));
  if (!events) return answer_error(data, events.error().detail);
  return answer_in_pages(data, events_answer(*events), question);
}

int on_wire(const char*, const char* parameters, rte_tel_data* data) {
  const std::lock_guard lock{source_mutex};
  if (source == nullptr) return -1;
  const auto words = split(parameters);
  if (words.size() != 2) return answer_usage(data, "/lagoon/wire");
  if (auto done = source->act_on_wire(words[0], words[1]); !done)
    return answer_error(data, done.error().detail);
  Answer answer;
  answer.text("wire", words[0]);
  answer.text("done", words[1]);
  return give(data, answer);
}

int on_ports(const char*, const char* parameters, rte_tel_data* data) {
  const std::lock_guard lock{source_mutex};
  if (source == nullptr) return -1;
  const auto words = split(parameters);
  if (words.size() > 1) return answer_usage(data, "/lagoon/ports");
  if (!words.empty()) return answer_next_page(data, words[0], "/lagoon/ports");
  const auto ports = source->access_ports();
  if (!ports) return answer_error(data, ports.error().detail);
  return answer_in_pages(data, ports_answer(*ports), "/lagoon/ports");
}

int on_mempools(const char*, const char* parameters, rte_tel_data* data) {
  const std::lock_guard lock{source_mutex};
  if (source == nullptr) return -1;
  const auto words = split(parameters);
  if (words.size() > 1) return answer_usage(data, "/lagoon/mempools");
  if (!words.empty()) return answer_next_page(data, words[0], "/lagoon/mempools");
  return answer_in_pages(data, mempools_answer(mempools()), "/lagoon/mempools");
}

int on_health(const char*, const char* parameters, rte_tel_data* data) {
  const std::lock_guard lock{source_mutex};
  if (source == nullptr) return -1;
  const auto words = split(parameters);
  if (words.size() > 1) return answer_usage(data, "/lagoon/health");
  if (!words.empty()) return answer_next_page(data, words[0], "/lagoon/health");
  return answer_in_pages(data, health_answer(source->health()), "/lagoon/health");
}

// What stands before the first comma, which is taken off with it.
std::string_view take_word(std::string_view& rest) {
  const std::size_t comma = std::min(rest.find(','), rest.size());
  const std::string_view taken = rest.substr(0, comma);
  rest.remove_prefix(std::min(comma + 1, rest.size()));
  return taken;
}

int on_explain(const char*, const char* parameters, rte_tel_data* data) {
  const std::lock_guard lock{source_mutex};
  if (source == nullptr) return -1;
  std::string_view flow = parameters != nullptr ? parameters : "";
  const std::string_view lag = take_word(flow);
  if (lag.empty() || flow.empty())
    return answer_usage(data, "/lagoon/explain", "/lagoon/explain,lag0,udp 10.0.0.1:1000 10.0.0.2:2000");
  const auto answer = source->explain(lag, flow);
  if (!answer) return answer_error(data, answer.error().detail);
  return give(data, explanation_answer(*answer));
}

// The argument is the rest of the line, commas and all: it is YAML.
int on_do(const char*, const char* parameters, rte_tel_data* data) {
  const std::shared_lock lock{source_use};
  if (source == nullptr) return -1;
  std::string_view rest = parameters != nullptr ? parameters : "";
  const std::string lag{take_word(rest)};
  const std::string_view verb = take_word(rest);
  if (lag.empty() || verb.empty()) return answer_usage(data, "/lagoon/do");
  auto action = config::parse_action(verb, rest);
  if (!action) return answer_error(data, action.error().detail);
  const auto done = source->execute({.lag = lag, .action = std::move(*action)});
  if (!done) return answer_error(data, done.error().detail);
  Answer answer;
  answer.text("done", *done);
  return give(data, answer);
}

const std::vector<Command>& commands() {
  static const std::vector<Command> all{
      {"/lagoon/list", on_list, "", "Names of the LAGs"},
      {"/lagoon/lag", on_lag, "NAME[,PAGE]", "Status of a LAG"},
      {"/lagoon/view", on_view, "NAME[," + control::view_names("|") + "[,PAGE]]", "A LAG as text"},
      {"/lagoon/classes", on_classes, "NAME[,PAGE]", "Queues of a LAG's traffic classes"},
      {"/lagoon/events", on_events, "NAME[,MOST[,PAGE]]", "The last transitions of a LAG"},
      {"/lagoon/ports", on_ports, "[,PAGE]", "The access ports"},
      {"/lagoon/mempools", on_mempools, "[,PAGE]", "How full the mempools are"},
      {"/lagoon/health", on_health, "[,PAGE]", "Whether all is well, and what is not"},
      {"/lagoon/explain", on_explain, "LAG,FLOW", "Which way a conversation takes"},
      {"/lagoon/do", on_do,
       "LAG," + config::joined_verbs([](const config::Verb&) { return true; }) + ",ARGUMENT",
       "Changes a running LAG"},
      {"/lagoon/wire", on_wire, "NAME,up|down|blackhole|heal", "Pulls or heals an in-process link"},
  };
  return all;
}

}  // namespace

Result<void> offer_telemetry(TelemetrySource& from) {
  static bool registered = false;
  const std::lock_guard lock{source_mutex};
  const std::lock_guard use{source_use};
  source = &from;
  if (std::exchange(registered, true)) return {};
  for (const Command& c : commands()) {
    const std::string help = std::string{c.says} + ". " +
                             (c.parameters.empty() ? "Takes no parameters" : "Parameters: " + c.parameters);
    if (rte_telemetry_register_cmd(c.name, c.callback, help.c_str()) != 0)
      return fail(Errc::system, std::string{"telemetry command "} + c.name + " can't be registered");
  }
  return {};
}

void retire_telemetry() {
  const std::lock_guard lock{source_mutex};
  const std::lock_guard use{source_use};
  source = nullptr;
}

}  // namespace lagoon::dpdk
