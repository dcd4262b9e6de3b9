#include "console/socket/protocol.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "config/text/suggest.hpp"

namespace lagoon::console {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kIdMax = 64;  // octets of an id that is a text
constexpr std::array<std::string_view, 4> kKeys{"version", "id", "command", "line"};
constexpr std::array<std::string_view, 2> kCommands{"run", "complete"};
constexpr std::string_view kBadMessage = "bad_message";

struct Fault {
  std::string code;
  std::string detail;
};

struct Request {
  Json id;  // null: none was given
  std::string command;
  std::string line;
};

std::string code_of(Errc code) {
  std::string word{name_of(code)};
  std::ranges::replace(word, ' ', '_');
  return word;
}

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json reply_to(const Json& id, bool ok) {
  return {{"version", kProtocolVersion}, {"id", id}, {"ok", ok}, {"status", ok ? 0 : 1}};
}

std::string refused(const Json& id, const Fault& fault) {
  Json reply = reply_to(id, false);
  reply["error"] = {{"code", fault.code}, {"detail", fault.detail}};
  return text_of(reply);
}

// A message is one flat object. What is nested or said twice is noticed while it is read, so that no odd
// message costs more than its octets.
std::optional<Json> flat_object(std::string_view text) {
  bool flat = true;
  std::vector<std::string> keys;
  const auto look = [&](int depth, Json::parse_event_t event, Json& parsed) {
    const bool opens =
        event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if (opens && depth > 0) flat = false;
    if (event == Json::parse_event_t::key) {
      auto key = parsed.get<std::string>();
      if (std::ranges::find(keys, key) != keys.end()) flat = false;
      keys.push_back(std::move(key));
    }
    return flat;
  };
  Json json = Json::parse(text, look, false);
  if (!flat || !json.is_object()) return std::nullopt;
  return json;
}

std::optional<Fault> read_id(const Json& json, Request& request) {
  const auto id = json.find("id");
  if (id == json.end() || id->is_null()) return std::nullopt;
  const bool fits =
      id->is_number_integer() || (id->is_string() && id->get_ref<const std::string&>().size() <= kIdMax);
  if (!fits) return Fault{std::string{kBadMessage}, "id is a whole number, or a text of up to 64 octets"};
  request.id = *id;
  return std::nullopt;
}

std::optional<Fault> read_text(const Json& json, const char* key, std::string& text) {
  const auto value = json.find(key);
  if (value == json.end()) return Fault{std::string{kBadMessage}, std::string{key} + " is missing"};
  if (!value->is_string()) return Fault{std::string{kBadMessage}, std::string{key} + " is not a text"};
  text = value->get<std::string>();
  return std::nullopt;
}

std::optional<Fault> read(std::string_view text, Request& request) {
  const std::string bad{kBadMessage};
  if (text.size() > kRequestMax)
    return Fault{bad, "a message has up to " + std::to_string(kRequestMax) + " octets, this one more"};
  const auto json = flat_object(text);
  if (!json)
    return Fault{bad, "a message is one JSON object (UTF-8), with nothing nested in it and no key twice"};
  if (auto fault = read_id(*json, request)) return fault;
  const auto version = json->find("version");
  if (version == json->end() || *version != kProtocolVersion)
    return Fault{"bad_version",
                 "version is to be " + std::to_string(kProtocolVersion) + ", the one there is"};
  for (const auto& [key, value] : json->items())
    if (std::ranges::find(kKeys, key) == kKeys.end())
      return Fault{bad, "unknown key " + config::in_quotes(key) + "; known: " + config::listed(kKeys)};
  if (auto fault = read_text(*json, "command", request.command)) return fault;
  if (std::ranges::find(kCommands, request.command) == kCommands.end())
    return Fault{bad, "unknown command " + config::in_quotes(request.command) +
                          "; known: " + config::listed(kCommands)};
  return read_text(*json, "line", request.line);
}

std::string answer_run(const Request& request, const Result<Outcome>& done) {
  if (!done) return refused(request.id, {code_of(done.error().code), done.error().detail});
  Json reply = reply_to(request.id, true);
  Json& result = reply["result"];
  result["text"] = done->text;
  if (done->is_json) result["json"] = Json::parse(done->text, nullptr, false);
  switch (done->after) {
    case After::next:
      break;
    case After::repeat:
      result["repeat"] = {{"interval_ms", to_ms(done->interval)}, {"count", done->count}};
      break;
    case After::quit:
      result["quit"] = true;
  }
  std::string text = text_of(reply);
  if (text.size() <= kReplyMax) return text;
  return refused(request.id,
                 {code_of(Errc::no_resources), "the answer is longer than " + std::to_string(kReplyMax) +
                                                   " octets; ask for less at once"});
}

std::string answer_complete(const Request& request, std::vector<Completion> choices) {
  constexpr std::size_t kChoicesMax = 512;
  if (choices.size() > kChoicesMax) choices.resize(kChoicesMax);
  Json reply = reply_to(request.id, true);
  Json& list = reply["result"]["choices"] = Json::array();
  for (const Completion& choice : choices)
    list.push_back({{"text", choice.text}, {"help", choice.help}, {"literal", choice.literal}});
  return text_of(reply);
}

Errc errc_of(std::string_view code) {
  for (const Errc each :
       {Errc::invalid_argument, Errc::no_such_thing, Errc::already_exists, Errc::not_supported,
        Errc::no_resources, Errc::busy, Errc::permission, Errc::system})
    if (code_of(each) == code) return each;
  return Errc::system;
}

std::string request_of(std::uint64_t id, std::string_view command, std::string_view line) {
  return text_of({{"version", kProtocolVersion}, {"id", id}, {"command", command}, {"line", line}});
}

std::unexpected<Error> strange() {
  return fail(Errc::system, "the answer is not understood; is it of another version?");
}

template <typename T>
T value_or(const Json& object, const char* key, T otherwise) {
  const auto value = object.find(key);
  if (value == object.end()) return otherwise;
  if constexpr (std::is_same_v<T, std::string>) return value->is_string() ? value->get<T>() : otherwise;
  if constexpr (std::is_same_v<T, bool>) return value->is_boolean() ? value->get<T>() : otherwise;
  if constexpr (std::is_same_v<T, std::uint32_t>)
    return value->is_number_unsigned() ? value->get<T>() : otherwise;
}

}  // namespace

std::string Protocol::answer(std::string_view text) {
  Request request;
  if (const auto fault = read(text, request)) return refused(request.id, *fault);
  if (request.command == "run") return answer_run(request, interpreter_.run(request.line));
  return answer_complete(request, interpreter_.complete(request.line));
}

std::string refusal(const Error& error) {
  return refused({}, {code_of(error.code), error.detail});
}

std::string run_request(std::uint64_t id, std::string_view line) {
  return request_of(id, "run", line);
}
std::string complete_request(std::uint64_t id, std::string_view line) {
  return request_of(id, "complete", line);
}

Result<Outcome> outcome_in(std::string_view text) {
  const Json reply = Json::parse(text, nullptr, false);
  if (!reply.is_object()) return strange();
  if (!value_or(reply, "ok", false)) {
    const auto error = reply.find("error");
    if (error == reply.end() || !error->is_object()) return strange();
    return fail(errc_of(value_or(*error, "code", std::string{})), value_or(*error, "detail", std::string{}));
  }
  const auto result = reply.find("result");
  if (result == reply.end() || !result->is_object()) return strange();
  Outcome outcome{.text = value_or(*result, "text", std::string{}), .is_json = result->contains("json")};
  if (value_or(*result, "quit", false)) outcome.after = After::quit;
  if (const auto repeat = result->find("repeat"); repeat != result->end() && repeat->is_object()) {
    outcome.after = After::repeat;
    outcome.interval = std::chrono::milliseconds{value_or(*repeat, "interval_ms", std::uint32_t{1000})};
    outcome.count = value_or(*repeat, "count", std::uint32_t{0});
  }
  return outcome;
}

std::vector<Completion> choices_in(std::string_view text) {
  std::vector<Completion> choices;
  const Json reply = Json::parse(text, nullptr, false);
  if (!reply.is_object() || !reply.contains("result") || !reply["result"].is_object()) return choices;
  const Json& result = reply["result"];
  if (!result.contains("choices")) return choices;
  for (const Json& each : result["choices"])
    if (each.is_object())
      choices.push_back({value_or(each, "text", std::string{}), value_or(each, "help", std::string{}),
                         value_or(each, "literal", true)});
  return choices;
}

}  // namespace lagoon::console
