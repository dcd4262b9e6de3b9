#include "lagoond/etcd/replies.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.hpp"
#include "base/time.hpp"
#include "cluster/filled.hpp"
#include "lagoond/etcd/base64.hpp"
#include "lagoond/etcd/calls.hpp"
#include "lagoond/etcd/record_text.hpp"

namespace lagoon::lagoond::etcd {

namespace {

using Json = nlohmann::json;
using cluster::filled;

// gRPC's codes
constexpr std::int64_t kPermissionDenied = 7;
constexpr std::int64_t kNotEnabled = 9;
constexpr std::int64_t kUnauthenticated = 16;
constexpr int kHttpUnauthorized = 401;
constexpr int kHttpForbidden = 403;

Refusal not_understood(std::string_view what) {
  return {.kind = Refusal::Kind::failed, .words = filled("the answer is not understood: {}", {what})};
}

// Of others' words: one line of some length, in ASCII.
std::string quoted(std::string_view words) {
  constexpr std::size_t kMost = 300;
  std::string line;
  for (const char c : words.substr(0, kMost)) line += c >= ' ' && c <= '~' ? c : ' ';
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

const Json* member(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

std::string_view text_in(const Json& object, const char* key) {
  const Json* const found = member(object, key);
  if (!found || !found->is_string()) return {};
  return found->get_ref<const std::string&>();
}

// 64 bit stand there as a text, and what is 0 is left out. Nothing: it is no number.
std::optional<std::int64_t> integer_in(const Json& object, const char* key) {
  const Json* const found = member(object, key);
  if (!found) return 0;
  if (found->is_number_integer() && !found->is_number_unsigned()) return found->get<std::int64_t>();
  if (found->is_number_unsigned()) {
    const auto value = found->get<std::uint64_t>();
    return std::in_range<std::int64_t>(value) ? std::optional{static_cast<std::int64_t>(value)}
                                              : std::nullopt;
  }
  const std::string_view digits = text_in(object, key);
  std::int64_t value{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

// Of the header. Nothing: there is none.
std::optional<cluster::Revision> revision_in(const Json& json) {
  const Json* const header = member(json, "header");
  if (!header || !header->is_object()) return std::nullopt;
  const auto revision = integer_in(*header, "revision");
  if (!revision) return std::nullopt;
  return cluster::Revision{*revision};
}

// Reads keys with their values, and notes what it passes over.
class Reader {
 public:
  Reader(std::string_view domain, std::vector<Skipped>& skipped) : domain_{domain}, skipped_{skipped} {}

  // No key: it is none of ours. A key without an entry: the value is odd, or there is to be none.
  struct Pair {
    std::optional<cluster::Key> key{};
    std::optional<cluster::Entry> entry{};
    cluster::Revision modified{};
  };
  /// Nothing: it is not understood.
  std::optional<Pair> pair(const Json& json, bool has_value) {
    const auto key_text = from_base64(text_in(json, "key"));
    const auto created = integer_in(json, "create_revision");
    const auto modified = integer_in(json, "mod_revision");
    const auto lease = integer_in(json, "lease");
    const auto value_text = from_base64(text_in(json, "value"));
    if (!key_text || key_text->empty() || !created || !modified || !lease || !value_text) return std::nullopt;
    Pair pair{.key = key_in(domain_, *key_text), .modified = cluster::Revision{*modified}};
    if (!pair.key) {
      skip(*key_text, pair.modified, "it is no key that is known here");
      return pair;
    }
    if (!has_value) return pair;
    auto value = value_in(pair.key->kind, *value_text);
    if (!value) {
      skip(*key_text, pair.modified, value.error().detail);
      return pair;
    }
    pair.entry = cluster::Entry{.key = *pair.key,
                                .value = *std::move(value),
                                .created = cluster::Revision{*created},
                                .modified = pair.modified,
                                .lease = cluster::LeaseId{*lease}};
    return pair;
  }

 private:
  void skip(std::string_view key, cluster::Revision modified, std::string words) {
    if (skipped_.size() < Skipped::kMost)
      skipped_.push_back({.key = quoted(key), .modified = modified, .words = std::move(words)});
  }

  std::string_view domain_;
  std::vector<Skipped>& skipped_;
};

using What = std::variant<Refusal, cluster::Answer>;

What granted_in(const Json& json, cluster::Revision at) {
  const auto lease = integer_in(json, "ID");
  const auto ttl = integer_in(json, "TTL");
  if (!lease || *lease == 0 || !ttl || *ttl <= 0 || *ttl > INT32_MAX)
    return not_understood("a grant without a lease");
  return cluster::Answer{
      at, cluster::Granted{.lease = cluster::LeaseId{*lease}, .ttl = std::chrono::seconds{*ttl}}};
}

What kept_in(const Json& json, cluster::LeaseId lease, cluster::Revision at) {
  const auto id = integer_in(json, "ID");
  const auto ttl = integer_in(json, "TTL");
  if (!id || *id != lease.value() || !ttl) return not_understood("a keepalive of another lease");
  return cluster::Answer{at, cluster::Kept{.alive = *ttl > 0}};
}

What all_in(const Json& json, cluster::Revision at, Reader& reader) {
  cluster::AllRead all;
  const Json* const pairs = member(json, "kvs");
  if (pairs && !pairs->is_array()) return not_understood("kvs is no list");
  if (!pairs) return cluster::Answer{at, std::move(all)};
  for (const Json& each : *pairs) {
    auto pair = reader.pair(each, true);
    if (!pair) return not_understood("a key without its parts");
    if (pair->entry) all.entries.push_back(*std::move(pair->entry));
  }
  return cluster::Answer{at, std::move(all)};
}

// The one key that the transaction has read. (A key that is there and can't be read is not told as one that
// is not there: who would put it would be answered at once, again and again.)
What read_in(const Json& range, bool succeeded, const cluster::Key& key, cluster::Revision at,
             Reader& reader) {
  cluster::Done done{.succeeded = succeeded};
  const Json* const pairs = member(range, "kvs");
  if (!pairs || (pairs->is_array() && pairs->empty())) return cluster::Answer{at, done};
  if (!pairs->is_array()) return not_understood("kvs is no list");
  auto pair = reader.pair(pairs->front(), true);
  if (!pair || pair->key != key) return not_understood("another key than the one that was asked for");
  if (!pair->entry)
    return Refusal{.kind = Refusal::Kind::failed, .words = "what stands under the key is not understood"};
  done.there = *std::move(pair->entry);
  return cluster::Answer{at, std::move(done)};
}

What done_in(const Json& json, const cluster::Transaction& asked, cluster::Revision at, Reader& reader) {
  const Json* const flag = member(json, "succeeded");
  const bool succeeded = flag && flag->is_boolean() && flag->get<bool>();
  const Json* const responses = member(json, "responses");
  if (!responses || !responses->is_array() || (flag && !flag->is_boolean()))
    return not_understood("a transaction without responses");
  if (succeeded && !asked.value) return cluster::Answer{at, cluster::Done{.succeeded = true}};
  const auto range = std::ranges::find_if(
      *responses, [](const Json& each) { return member(each, "response_range") != nullptr; });
  if (range == responses->end()) return not_understood("a transaction that has read nothing");
  What what = read_in(*member(*range, "response_range"), succeeded, asked.key, at, reader);
  const auto* const answer = std::get_if<cluster::Answer>(&what);
  if (succeeded && answer && !std::get<cluster::Done>(answer->what).there)
    return not_understood("a key that was put is not there");
  return what;
}

What answer_in(const cluster::Order& order, const Json& json, Reader& reader) {
  const auto at = revision_in(json);
  if (!at || *at <= cluster::Revision{}) return not_understood("there is no revision in it");
  if (std::holds_alternative<cluster::GrantLease>(order)) return granted_in(json, *at);
  if (const auto* const keep = std::get_if<cluster::KeepAlive>(&order))
    return kept_in(json, keep->lease, *at);
  if (const auto* const asked = std::get_if<cluster::Transaction>(&order))
    return done_in(json, *asked, *at, reader);
  if (std::holds_alternative<cluster::ReadAll>(order)) return all_in(json, *at, reader);
  return cluster::Answer{*at, cluster::Revoked{}};
}

struct Fault {
  std::int64_t code = 0;
  std::string words{};
};

// {"error": "words", "code": 5}, and in a stream {"error": {"grpc_code": 5, "message": "words"}}; newer ones
// say {"code": 5, "message": "words"}.
std::optional<Fault> fault_in(const Json& json) {
  const Json* const error = member(json, "error");
  const Json& place = error && error->is_object() ? *error : json;
  if (!error && !(member(json, "code") && member(json, "message"))) return std::nullopt;
  Fault fault;
  fault.code = integer_in(place, member(place, "grpc_code") ? "grpc_code" : "code").value_or(0);
  fault.words = quoted(text_in(place, "message"));
  if (fault.words.empty()) fault.words = quoted(text_in(json, "error"));
  return fault;
}

bool asks_for_token(std::string_view words) {
  for (const std::string_view each :
       {"invalid auth token", "user name is empty", "revision of auth store is old", "Unauthenticated"})
    if (words.find(each) != std::string_view::npos) return true;
  return false;
}

bool denies(std::string_view words) {
  for (const std::string_view each : {"authentication failed", "permission denied", "PermissionDenied"})
    if (words.find(each) != std::string_view::npos) return true;
  return false;
}

Refusal refusal_of(const Fault& fault) {
  using enum Refusal::Kind;
  if (fault.code == kUnauthenticated || asks_for_token(fault.words)) return {token, fault.words};
  if (fault.code == kPermissionDenied || denies(fault.words)) return {denied, fault.words};
  return {failed, fault.words.empty() ? "etcd refuses and does not say why" : fault.words};
}

Refusal refusal_of_http(int status, std::string_view body) {
  using enum Refusal::Kind;
  const std::string words = filled("HTTP says {} {}", {std::to_string(status), quoted(body.substr(0, 100))});
  if (status == kHttpUnauthorized) return {token, words};
  return {status == kHttpForbidden ? denied : failed, words};
}

// What etcd answers where it knows no such lease.
std::optional<cluster::Answer> lease_not_found(const cluster::Order& order, const Fault& fault) {
  if (fault.words.find("lease not found") == std::string::npos) return std::nullopt;
  if (std::holds_alternative<cluster::KeepAlive>(order)) return cluster::Answer{.what = cluster::Kept{}};
  if (std::holds_alternative<cluster::Revoke>(order)) return cluster::Answer{.what = cluster::Revoked{}};
  if (std::holds_alternative<cluster::Transaction>(order)) return cluster::Answer{.what = cluster::NoLease{}};
  return std::nullopt;
}

}  // namespace

Reply reply_in(std::string_view domain, const cluster::Order& order, int status, std::string_view body) {
  Reply reply;
  const bool stream = std::holds_alternative<cluster::KeepAlive>(order);
  const Json json = Json::parse(stream ? body.substr(0, body.find('\n')) : body, nullptr, false);
  if (const auto fault = fault_in(json)) {
    if (auto answer = lease_not_found(order, *fault))
      reply.what = *std::move(answer);
    else
      reply.what = refusal_of(*fault);
    return reply;
  }
  if (status != kHttpOk) {
    reply.what = refusal_of_http(status, body);
    return reply;
  }
  const Json* const content = stream ? member(json, "result") : &json;
  if (!content || !content->is_object()) {
    reply.what = not_understood("it is no JSON object");
    return reply;
  }
  Reader reader{domain, reply.skipped};
  reply.what = answer_in(order, *content, reader);
  return reply;
}

namespace {

std::optional<Refusal> end_in(const Json& result) {
  const Json* const canceled = member(result, "canceled");
  if (!canceled || *canceled != true) return std::nullopt;
  if (const std::string reason = quoted(text_in(result, "cancel_reason")); !reason.empty())
    return refusal_of({.words = reason});
  const auto compacted = integer_in(result, "compact_revision").value_or(0);
  if (compacted == 0) return Refusal{.words = "etcd has ended it and does not say why"};
  return Refusal{
      .words = filled("what was asked for is compacted, up to revision {}", {std::to_string(compacted)})};
}

struct Event {
  bool understood = false;
  std::optional<cluster::Change> change{};  // nothing: of a key that is none of ours
};

// (a value that is odd is told as one that is gone: so does a read)
Event event_in(const Json& json, Reader& reader) {
  const Json* const kv = member(json, "kv");
  const bool gone = text_in(json, "type") == "DELETE";
  auto pair = kv ? reader.pair(*kv, !gone) : std::nullopt;
  if (!pair) return {};
  Event event{.understood = true};
  if (pair->key)
    event.change =
        cluster::Change{.key = *std::move(pair->key), .at = pair->modified, .entry = std::move(pair->entry)};
  return event;
}

}  // namespace

WatchLine watch_line_in(std::string_view domain, std::string_view line) {
  WatchLine seen;
  const Json json = Json::parse(line, nullptr, false);
  if (const auto fault = fault_in(json)) {
    seen.end = refusal_of(*fault);
    return seen;
  }
  const Json* const result = member(json, "result");
  const Json* const events = result ? member(*result, "events") : nullptr;
  if (!result || !result->is_object() || (events && !events->is_array())) {
    seen.end = not_understood("it is no message of a watch");
    return seen;
  }
  seen.end = end_in(*result);
  Reader reader{domain, seen.skipped};
  for (std::size_t i = 0; events && i < events->size(); ++i) {
    const Event event = event_in((*events)[i], reader);
    if (event.change) seen.changes.push_back(*event.change);
    if (!event.understood) seen.end = not_understood("a change without a key");
  }
  return seen;
}

Refusal refusal_in(int status, std::string_view body) {
  const auto fault = fault_in(Json::parse(body, nullptr, false));
  return fault ? refusal_of(*fault) : refusal_of_http(status, body);
}

std::variant<Refusal, std::string> token_in(int status, std::string_view body) {
  const Json json = Json::parse(body, nullptr, false);
  if (const auto fault = fault_in(json)) {
    if (fault->code == kNotEnabled) return std::string{};
    return refusal_of(*fault);
  }
  if (status != kHttpOk) return refusal_of_http(status, body);
  const std::string_view token = text_in(json, "token");
  constexpr std::size_t kMost = 8192;
  // (it becomes a line of a header)
  const bool fits = !token.empty() && token.size() <= kMost &&
                    std::ranges::all_of(token, [](char c) { return c > ' ' && c <= '~'; });
  if (!fits) return not_understood("there is no token in it");
  return std::string{token};
}

}  // namespace lagoon::lagoond::etcd
