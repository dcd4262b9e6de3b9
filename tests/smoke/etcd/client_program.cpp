// etcd_client: lagoond's client of etcd by lines, for its test. Asks what stands in a line of stdin, and
// tells in a line of JSON what came of it:
//
//   send ID ENDPOINT DEADLINE_MS grant TTL_MS | keep LEASE | revoke LEASE | read
//   send ID ENDPOINT DEADLINE_MS put KIND NAME CREATED LEASE VALUE | delete KIND NAME CREATED
//   watch ID ENDPOINT FROM
//
// Ends with stdin.
#include <poll.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "lagoond/etcd/client.hpp"
#include "lagoond/etcd/record_text.hpp"

namespace {

using namespace lagoon;
namespace etcd = lagoond::etcd;
using Json = nlohmann::ordered_json;

Instant now() {
  return Instant{std::chrono::steady_clock::now().time_since_epoch()};
}

constexpr std::array<std::string_view, 4> kKinds{"identity", "node", "active", "want"};

cluster::Key key_from(std::istream& in) {
  cluster::Key key;
  std::string kind;
  in >> kind >> key.name;
  for (std::size_t i = 0; i < kKinds.size(); ++i)
    if (kKinds.at(i) == kind) key.kind = static_cast<cluster::KeyKind>(i);
  return key;
}

Json json_of(const std::optional<cluster::Entry>& entry) {
  if (!entry) return nullptr;
  return {{"kind", kKinds.at(static_cast<std::size_t>(entry->key.kind))},
          {"name", entry->key.name},
          {"value", Json::parse(etcd::text_of(entry->value))},
          {"created", entry->created.value()},
          {"modified", entry->modified.value()},
          {"lease", entry->lease.value()}};
}

struct Told {
  Json operator()(const cluster::Granted& it) const {
    return {{"what", "granted"}, {"lease", it.lease.value()}, {"ttl_ms", to_ms(it.ttl)}};
  }
  Json operator()(const cluster::Kept& it) const { return {{"what", "kept"}, {"alive", it.alive}}; }
  Json operator()(const cluster::Revoked&) const { return {{"what", "revoked"}}; }
  Json operator()(const cluster::AllRead& it) const {
    Json list = Json::array();
    for (const cluster::Entry& entry : it.entries) list.push_back(json_of(entry));
    return {{"what", "read"}, {"entries", std::move(list)}};
  }
  Json operator()(const cluster::Done& it) const {
    return {{"what", "done"}, {"succeeded", it.succeeded}, {"there", json_of(it.there)}};
  }
  Json operator()(const cluster::NoLease&) const { return {{"what", "no lease"}}; }
  Json operator()(const cluster::Denied& it) const { return {{"what", "denied"}, {"words", it.words}}; }
};

class Printer final : public etcd::Listener {
 public:
  void answered(cluster::RequestId id, const cluster::Answer& answer) override {
    Json json = std::visit(Told{}, answer.what);
    json["id"] = id.value();
    json["revision"] = answer.revision.value();
    print(json);
  }
  void failed(cluster::RequestId id, std::string_view words) override {
    print({{"id", id.value()}, {"what", "failed"}, {"words", words}});
  }
  void watched(cluster::WatchId id, const std::vector<cluster::Change>& changes) override {
    for (const cluster::Change& change : changes)
      print({{"watch", id.value()},
             {"what", "change"},
             {"name", change.key.name},
             {"at", change.at.value()},
             {"entry", json_of(change.entry)}});
  }
  void watch_ended(cluster::WatchId id, std::string_view words) override {
    print({{"watch", id.value()}, {"what", "ended"}, {"words", words}});
  }
  void skipped(std::string_view words) override { print({{"what", "skipped"}, {"words", words}}); }

 private:
  static void print(Json json) {
    json["at_ms"] = to_ms(now().time_since_epoch());
    std::cout << json.dump() << '\n' << std::flush;
  }
};

cluster::Order order_from(std::istream& in) {
  std::string verb;
  std::int64_t number = 0;
  in >> verb;
  if (verb == "read") return cluster::ReadAll{};
  if (verb == "put" || verb == "delete") {
    cluster::Transaction order{.key = key_from(in)};
    in >> number;
    order.created = cluster::Revision{number};
    if (verb == "delete") return order;
    in >> number;
    order.lease = cluster::LeaseId{number};
    std::string text;
    std::getline(in, text);
    order.value = etcd::value_in(order.key.kind, text).value();
    return order;
  }
  in >> number;
  if (verb == "grant") return cluster::GrantLease{.ttl = std::chrono::milliseconds{number}};
  if (verb == "keep") return cluster::KeepAlive{.lease = cluster::LeaseId{number}};
  return cluster::Revoke{.lease = cluster::LeaseId{number}};
}

void carry_out(const std::string& line, etcd::Client& client) {
  std::istringstream in{line};
  std::string verb;
  std::uint64_t id = 0;
  unsigned endpoint = 0;
  std::int64_t number = 0;
  in >> verb >> id >> endpoint >> number;
  if (verb == "watch")
    return client.watch({.id = cluster::WatchId{id},
                         .endpoint = static_cast<std::uint8_t>(endpoint),
                         .from = cluster::Revision{number}});
  const Instant sent = now();
  client.send({.id = cluster::RequestId{id},
               .endpoint = static_cast<std::uint8_t>(endpoint),
               .deadline = sent + std::chrono::milliseconds{number},
               .order = order_from(in)},
              sent);
}

int run(etcd::Client& client) {
  Printer printer;
  std::string unread;
  while (true) {
    const int in = STDIN_FILENO;
    client.turn(20ms, {&in, 1}, printer);
    pollfd look{.fd = in, .events = POLLIN, .revents = 0};
    if (::poll(&look, 1, 0) <= 0) continue;
    std::array<char, 4096> room;
    const ssize_t size = ::read(in, room.data(), room.size());
    if (size <= 0) return 0;
    unread.append(room.data(), static_cast<std::size_t>(size));
    for (std::size_t end = 0; (end = unread.find('\n')) != std::string::npos; unread.erase(0, end + 1))
      carry_out(unread.substr(0, end), client);
  }
}

}  // namespace

// etcd_client DOMAIN ENDPOINT[,ENDPOINT...] [user=U password=P ca=FILE cert=FILE key=FILE]
int main(int count, char** words) {
  std::signal(SIGPIPE, SIG_IGN);
  if (count < 3) return 2;
  etcd::Options options{.domain = words[1]};
  std::istringstream endpoints{words[2]};
  for (std::string each; std::getline(endpoints, each, ',');) options.endpoints.push_back(each);
  for (int i = 3; i < count; ++i) {
    const std::string_view word{words[i]};
    const std::string value{word.substr(word.find('=') + 1)};
    if (word.starts_with("user=")) options.user = value;
    if (word.starts_with("password=")) options.password = value;
    if (word.starts_with("ca=")) options.ca_file = value;
    if (word.starts_with("cert=")) options.cert_file = value;
    if (word.starts_with("key=")) options.key_file = value;
  }
  const auto client = etcd::Client::open(options);
  if (client) return run(**client);
  std::cout << Json{{"what", "not opened"}, {"words", client.error().detail}}.dump() << '\n';
  return 0;
}
