#include "lagoond/etcd/record_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>
#include <variant>
#include <vector>

#include "base/mac_address.hpp"
#include "cluster/filled.hpp"
#include "cluster/lag_order.hpp"
#include "cluster/sentence.hpp"
#include "cluster/types.hpp"

namespace lagoon::lagoond::etcd {

namespace {

using Ordered = nlohmann::ordered_json;

constexpr std::string_view kRoot = "/lagoon/";
constexpr std::string_view kLags = "lags/";
constexpr std::string_view kNodes = "nodes/";
constexpr std::size_t kNameMax = 64;  // octets of a LAG's or a node's name
constexpr std::array<std::string_view, 2> kModes{"standby", "independent"};
constexpr std::array kRoles{cluster::Role::standby,  cluster::Role::holder,      cluster::Role::releasing,
                            cluster::Role::isolated, cluster::Role::independent, cluster::Role::refused};

std::string_view last_part_of(cluster::KeyKind kind) {
  switch (kind) {
    case cluster::KeyKind::identity:
      return "/identity";
    case cluster::KeyKind::active:
      return "/active";
    case cluster::KeyKind::want:
      return "/want";
    case cluster::KeyKind::node:
      break;
  }
  return "";
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kNameMax && name.find('/') == std::string_view::npos;
}

std::string line_of(const Ordered& json) {
  return json.dump(-1, ' ', false, Ordered::error_handler_t::replace);
}

// (16 digits: programs that take every number for a floating one would lose the last ones of a number)
std::string hex(cluster::Incarnation incarnation) {
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.begin(), digits.end(), incarnation.value(), 16).ptr;
  const std::string text{digits.begin(), end};
  return std::string(digits.size() - text.size(), '0') + text;
}

Ordered json_of(const cluster::LagReport& report) {
  Ordered json{{"lag", report.lag},
               {"role", cluster::name_of(report.role)},
               {"fit", report.fit},
               {"carries", report.carries},
               {"using", cluster::to_string(report.using_id)}};
  if (report.partner != cluster::PartnerSeen{})
    json["partner"] = {{"system", cluster::to_string(report.partner.system)}, {"key", report.partner.key}};
  return json;
}

Ordered json_of(const cluster::LagIdentity& identity) {
  return {{"system", cluster::to_string(identity.system)},
          {"key", identity.key},
          {"mode", kModes.at(static_cast<std::size_t>(identity.mode))}};
}

Ordered json_of(const cluster::NodeRecord& node) {
  Ordered lags = Ordered::array();
  for (const cluster::LagReport& report : node.lags) lags.push_back(json_of(report));
  return {{"incarnation", hex(node.incarnation)}, {"number", node.number}, {"lags", std::move(lags)}};
}

Ordered json_of(const cluster::ActiveRecord& active) {
  return {
      {"node", active.node}, {"incarnation", hex(active.incarnation)}, {"id", cluster::to_string(active.id)}};
}

Ordered json_of(const cluster::WantRecord& want) {
  return {{"node", want.node}};
}

template <typename T>
std::optional<T> hex_in(std::string_view digits) {
  T value{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::optional<cluster::SystemId> system_id_in(std::string_view text) {
  constexpr std::size_t kPriority = 4;  // digits
  if (text.size() <= kPriority || text[kPriority] != '-') return std::nullopt;
  const auto priority = hex_in<std::uint16_t>(text.substr(0, kPriority));
  const auto mac = parse_mac_address(text.substr(kPriority + 1));
  if (!priority || !mac) return std::nullopt;
  return cluster::SystemId{.priority = *priority, .mac = *mac};
}

// Members of one JSON object. What is missing or odd is remembered, the first one in words.
class Members {
 public:
  Members(const Ordered& object, std::string& fault) : object_{object}, fault_{fault} {
    if (!object.is_object()) wrong("it is no JSON object");
  }

  std::string text(const char* key) {
    const Ordered* const found = find(key);
    if (!found) return {};
    if (found->is_string()) return found->get<std::string>();
    return wrong(cluster::filled("{} is not a text", {key})), std::string{};
  }
  std::string name(const char* key) {
    std::string text = this->text(key);
    if (fault_.empty() && !is_name(text)) wrong(cluster::filled("{} is not a name", {key}));
    return text;
  }
  bool flag(const char* key) {
    const Ordered* const found = find(key);
    if (found && !found->is_boolean()) wrong(cluster::filled("{} is neither true nor false", {key}));
    return found && found->is_boolean() && found->get<bool>();
  }
  template <typename T>
  T number(const char* key, T most = std::numeric_limits<T>::max()) {
    const Ordered* const found = find(key);
    if (!found) return {};
    if (found->is_number_unsigned() && found->get<std::uint64_t>() <= most)
      return static_cast<T>(found->get<std::uint64_t>());
    return wrong(cluster::filled("{} is not a whole number from 0 to {}", {key, std::to_string(most)})), T{};
  }
  cluster::SystemId system_id(const char* key) {
    const auto id = system_id_in(text(key));
    if (!id && fault_.empty())
      wrong(cluster::filled("{} is not a System ID (like 8000-02:4c:00:00:00:01)", {key}));
    return id.value_or(cluster::SystemId{});
  }
  cluster::Incarnation incarnation(const char* key) {
    const auto value = hex_in<std::uint64_t>(text(key));
    if (!value && fault_.empty()) wrong(cluster::filled("{} is not a hexadecimal number", {key}));
    return cluster::Incarnation{value.value_or(0)};
  }
  const Ordered* find(const char* key, bool needed = true) {
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(key);
    if (found != object_.end()) return &*found;
    if (needed) wrong(cluster::filled("{} is missing", {key}));
    return nullptr;
  }
  void wrong(std::string words) {
    if (fault_.empty()) fault_ = std::move(words);
  }

 private:
  const Ordered& object_;
  std::string& fault_;
};

cluster::LagReport report_in(const Ordered& json, std::string& fault) {
  Members members{json, fault};
  cluster::LagReport report{.lag = members.name("lag"),
                            .fit = members.flag("fit"),
                            .carries = members.flag("carries"),
                            .using_id = members.system_id("using")};
  const std::string role = members.text("role");
  const auto found =
      std::ranges::find_if(kRoles, [&](cluster::Role each) { return cluster::name_of(each) == role; });
  if (found != kRoles.end())
    report.role = *found;
  else
    members.wrong("role is not known");
  if (const Ordered* const partner = members.find("partner", false)) {
    Members seen{*partner, fault};
    report.partner = {.system = seen.system_id("system"), .key = seen.number<std::uint16_t>("key")};
  }
  return report;
}

cluster::NodeRecord node_in(const Ordered& json, std::string& fault) {
  Members members{json, fault};
  cluster::NodeRecord node{.incarnation = members.incarnation("incarnation"),
                           .number = members.number("number", cluster::kNodeNumberMax)};
  const Ordered* const lags = members.find("lags");
  if (!lags) return node;
  if (!lags->is_array() || lags->size() > cluster::kLagsMax) {
    members.wrong(cluster::filled("lags is not a list of up to {}", {std::to_string(cluster::kLagsMax)}));
    return node;
  }
  for (const Ordered& lag : *lags) node.lags.push_back(report_in(lag, fault));
  return node;
}

cluster::LagIdentity identity_in(const Ordered& json, std::string& fault) {
  Members members{json, fault};
  cluster::LagIdentity identity{.system = members.system_id("system"),
                                .key = members.number<std::uint16_t>("key")};
  const std::string mode = members.text("mode");
  const auto* const found = std::ranges::find(kModes, mode);
  if (found == kModes.end()) members.wrong("mode is neither standby nor independent");
  identity.mode = mode == kModes.back() ? cluster::Mode::independent : cluster::Mode::standby;
  return identity;
}

cluster::Value record_in(cluster::KeyKind kind, const Ordered& json, std::string& fault) {
  Members members{json, fault};
  switch (kind) {
    case cluster::KeyKind::identity:
      return identity_in(json, fault);
    case cluster::KeyKind::node:
      return node_in(json, fault);
    case cluster::KeyKind::active:
      return cluster::ActiveRecord{.node = members.name("node"),
                                   .incarnation = members.incarnation("incarnation"),
                                   .id = members.system_id("id")};
    case cluster::KeyKind::want:
      break;
  }
  return cluster::WantRecord{.node = members.name("node")};
}

}  // namespace

std::string prefix_of(std::string_view domain) {
  return cluster::filled("{}{}/", {kRoot, domain});
}

std::string text_of(std::string_view domain, const cluster::Key& key) {
  if (key.kind == cluster::KeyKind::node) return prefix_of(domain) + std::string{kNodes} + key.name;
  return cluster::filled("{}{}{}{}", {prefix_of(domain), kLags, key.name, last_part_of(key.kind)});
}

std::optional<cluster::Key> key_in(std::string_view domain, std::string_view text) {
  const std::string prefix = prefix_of(domain);
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  if (text.starts_with(kNodes)) {
    text.remove_prefix(kNodes.size());
    if (!is_name(text)) return std::nullopt;
    return cluster::Key{.kind = cluster::KeyKind::node, .name = std::string{text}};
  }
  if (!text.starts_with(kLags)) return std::nullopt;
  text.remove_prefix(kLags.size());
  for (const auto kind : {cluster::KeyKind::identity, cluster::KeyKind::active, cluster::KeyKind::want}) {
    const std::string_view last = last_part_of(kind);
    if (!text.ends_with(last)) continue;
    text.remove_suffix(last.size());
    if (!is_name(text)) return std::nullopt;
    return cluster::Key{.kind = kind, .name = std::string{text}};
  }
  return std::nullopt;
}

std::string text_of(const cluster::Value& value) {
  return line_of(std::visit([](const auto& record) { return json_of(record); }, value));
}

Result<cluster::Value> value_in(cluster::KeyKind kind, std::string_view text) {
  const Ordered json = Ordered::parse(text, nullptr, false);
  std::string fault;
  cluster::Value value = record_in(kind, json, fault);
  if (!fault.empty()) return fail(Errc::invalid_argument, std::move(fault));
  return value;
}

}  // namespace lagoon::lagoond::etcd
