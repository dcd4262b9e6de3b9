// Any octets as what etcd's gateway says: understood or refused, whatever was asked; what is understood can
// be written, and is then read as it was.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/check.hpp"
#include "base/time.hpp"
#include "lagoond/etcd/base64.hpp"
#include "lagoond/etcd/record_text.hpp"
#include "lagoond/etcd/replies.hpp"

using namespace lagoon;
namespace etcd = lagoond::etcd;

namespace {

constexpr std::string_view kDomain = "d";

void check(const cluster::Key& key, const cluster::Value& value) {
  const std::string text = etcd::text_of(value);
  const auto again = etcd::value_in(key.kind, text);
  LAGOON_CHECK(again && *again == value);
  LAGOON_CHECK(etcd::key_in(kDomain, etcd::text_of(kDomain, key)) == key);
}

void check(const cluster::Entry& entry) {
  check(entry.key, entry.value);
}

// A value alone, and as one of an answer.
void check_value(std::string_view text) {
  for (const auto kind :
       {cluster::KeyKind::identity, cluster::KeyKind::node, cluster::KeyKind::active, cluster::KeyKind::want})
    if (const auto value = etcd::value_in(kind, text)) check({.kind = kind, .name = "a"}, *value);
  if (const auto octets = etcd::from_base64(text))
    LAGOON_CHECK(etcd::from_base64(etcd::to_base64(*octets)) == octets);
  LAGOON_CHECK(etcd::from_base64(etcd::to_base64(text)) == text);
  if (const auto key = etcd::key_in(kDomain, text)) LAGOON_CHECK(etcd::text_of(kDomain, *key) == text);
}

void check_reply(const cluster::Order& order, int status, std::string_view body) {
  const etcd::Reply reply = etcd::reply_in(kDomain, order, status, body);
  LAGOON_CHECK(reply.skipped.size() <= etcd::Skipped::kMost);
  const auto* const answer = std::get_if<cluster::Answer>(&reply.what);
  if (!answer) {
    LAGOON_CHECK(!std::get<etcd::Refusal>(reply.what).words.empty());
    return;
  }
  if (const auto* const all = std::get_if<cluster::AllRead>(&answer->what)) {
    LAGOON_CHECK(answer->revision > cluster::Revision{});
    for (const cluster::Entry& entry : all->entries) check(entry);
  }
  if (const auto* const done = std::get_if<cluster::Done>(&answer->what)) {
    LAGOON_CHECK(answer->revision > cluster::Revision{});
    if (done->there) check(*done->there);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
  const cluster::Key key{cluster::KeyKind::want, "l"};
  const std::array<cluster::Order, 6> orders{
      cluster::GrantLease{2s},
      cluster::KeepAlive{cluster::LeaseId{7}},
      cluster::Revoke{cluster::LeaseId{7}},
      cluster::ReadAll{},
      cluster::Transaction{.key = key, .value = cluster::WantRecord{.node = "b"}},
      cluster::Transaction{.key = key, .created = cluster::Revision{7}}};
  check_reply(orders.at(data[0] % orders.size()), data[0] < 192 ? 200 : 404, text);
  const etcd::WatchLine line = etcd::watch_line_in(kDomain, text);
  for (const cluster::Change& change : line.changes)
    if (change.entry) check(*change.entry);
  if (line.end) LAGOON_CHECK(!line.end->words.empty());
  const auto token = etcd::token_in(200, text);
  if (const auto* const word = std::get_if<std::string>(&token))
    LAGOON_CHECK(word->find_first_of("\r\n") == std::string::npos);
  check_value(text);
  return 0;
}
