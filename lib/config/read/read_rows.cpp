#include "config/read/read_rows.hpp"

#include <algorithm>
#include <vector>

namespace lagoon::config {
namespace {

using options::Value;

constexpr std::size_t kVlansMax = 4094;

struct ListShape {
  std::size_t most;
  std::string_view expected;
};

std::optional<ListShape> shape_of(const options::Kind& kind) {
  if (const auto* const hosts = std::get_if<options::Hosts>(&kind))
    return ListShape{hosts->most, hosts->expected};
  if (const auto* const macs = std::get_if<options::Macs>(&kind))
    return ListShape{macs->most, macs->expected};
  if (const auto* const list = std::get_if<options::WholeList>(&kind))
    return ListShape{list->most, list->expected};
  if (const auto* const names = std::get_if<options::Names>(&kind))
    return ListShape{names->most, names->expected};
  if (std::holds_alternative<options::VlanRanges>(kind)) return ListShape{kVlansMax, "VLANs: [1, 10-20]"};
  return std::nullopt;
}

// What one item of a list adds to it.
struct Append {
  Value& list;
  void operator()(const std::vector<HostAddress>& item) const { put(item.front()); }
  void operator()(const MacAddress& item) const { put(item); }
  void operator()(const std::string& item) const { put(item); }
  void operator()(std::uint64_t item) const { put(item); }
  void operator()(const options::Numbers& items) const {
    auto& all = std::get<options::Numbers>(list);
    all.insert(all.end(), items.begin(), items.end());
  }
  void operator()(const auto&) const {}

 private:
  template <typename T>
  void put(const T& item) const {
    if (!std::holds_alternative<std::vector<T>>(list)) list = std::vector<T>{};
    std::get<std::vector<T>>(list).push_back(item);
  }
};

Value empty_list(const options::Kind& kind) {
  if (std::holds_alternative<options::Hosts>(kind)) return std::vector<HostAddress>{};
  if (std::holds_alternative<options::Macs>(kind)) return std::vector<MacAddress>{};
  if (std::holds_alternative<options::Names>(kind)) return std::vector<std::string>{};
  return options::Numbers{};
}

std::optional<Value> read_items(MapReader& map, std::string_view key, const Place& place,
                                const options::Kind& kind, const ListShape& shape) {
  const OptionValue parser{kind, {}};
  Value all = empty_list(kind);
  std::vector<Value> items;
  for (const Place& item : map.items(place, shape.most, shape.expected)) {
    Value value;
    if (!map.parse(item, value, parser)) continue;
    if (std::ranges::find(items, value) != items.end()) {
      map.report(item.node.at, std::string{key} + " has " + describe(item.node) + " twice; keep one");
      continue;
    }
    std::visit(Append{all}, value);
    items.push_back(std::move(value));
  }
  if (map.broken(key)) return std::nullopt;
  return all;
}

std::optional<Value> read_vlans(MapReader& map, std::string_view key, const Place& place,
                                const options::Kind& kind, const ListShape& shape) {
  options::Numbers all;
  for (const Place& item : map.items(place, shape.most, shape.expected)) {
    Value value;
    if (!map.parse(item, value, OptionValue{kind, {}})) continue;
    const auto& some = std::get<options::Numbers>(value);
    all.insert(all.end(), some.begin(), some.end());
    if (all.size() > 4 * kVlansMax) break;  // ranges that overlap must not add up to much
  }
  if (map.broken(key)) return std::nullopt;
  std::ranges::sort(all);
  const auto repeated = std::ranges::adjacent_find(all);
  if (repeated == all.end()) return Value{std::move(all)};
  map.report(place.node.at, std::string{key} + " has VLAN " + std::to_string(*repeated) + " twice; keep one");
  map.mark_broken(place.path);
  return std::nullopt;
}

}  // namespace

std::optional<Value> read_value(MapReader& map, std::string_view key, const Place& place,
                                const options::Kind& kind, std::string_view unset) {
  if (const auto shape = shape_of(kind))
    return std::holds_alternative<options::VlanRanges>(kind) ? read_vlans(map, key, place, kind, *shape)
                                                             : read_items(map, key, place, kind, *shape);
  Value value;
  if (!map.parse(place, value, OptionValue{kind, unset})) return std::nullopt;
  return value;
}

std::optional<Place> find_either(MapReader& map, MapReader& outer, std::string_view key,
                                 std::string_view other_name) {
  auto place = map.find(key);
  auto other = other_name.empty() ? std::nullopt : outer.find(other_name);
  if (!other) return place;
  if (!place) return other;
  const std::string_view inner = &map == &outer ? std::string_view{} : std::string_view{map.path()};
  const std::string within =
      inner.empty() ? std::string{} : " in " + std::string{inner.substr(inner.rfind('.') + 1)};
  outer.report(other->node.at, std::string{other_name} + " stands beside " + std::string{key} + within +
                                   ", which is the same; keep one of them");
  outer.mark_broken(other->path);
  return std::nullopt;
}

}  // namespace lagoon::config
