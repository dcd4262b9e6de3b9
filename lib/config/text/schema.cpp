#include "config/text/schema.hpp"

#include <algorithm>
#include <deque>
#include <initializer_list>
#include <string>
#include <vector>

#include "config/member_rows.hpp"
#include "options/lag_rows.hpp"

namespace lagoon::config {
namespace {

// What the sections are made of; never moved once it is made.
struct Schema {
  std::deque<std::string> paths;
  std::deque<std::vector<std::string_view>> keys;
  std::vector<Section> sections;
  std::size_t lag = 0;
  std::size_t member = 0;
};

// The keys of the map itself, and the maps within it.
template <typename S>
std::size_t add_sections(Schema& to, std::string path, std::span<const options::Row<S>> rows,
                         std::vector<std::string_view> first, std::initializer_list<std::string_view> last) {
  const auto add_once = [](std::vector<std::string_view>& all, std::string_view key) {
    if (std::ranges::find(all, key) == all.end()) all.push_back(key);
  };
  std::vector<std::string_view> maps;
  for (const auto& row : rows) {
    if (!row.section().empty()) add_once(maps, row.section());
    add_once(first, row.section().empty() ? row.key : row.section());
    if (!row.other_name.empty()) first.push_back(row.other_name);
  }
  first.insert(first.end(), last);
  const std::size_t position = to.sections.size();
  to.sections.push_back({to.paths.emplace_back(path), to.keys.emplace_back(std::move(first))});
  for (const std::string_view map : maps) {
    std::vector<std::string_view>& inner = to.keys.emplace_back();
    for (const auto& row : rows)
      if (row.section() == map) inner.push_back(row.name());
    to.sections.push_back({to.paths.emplace_back(path + "." + std::string{map}), inner});
  }
  return position;
}

const Schema& made() {
  static const Schema all = [] {
    Schema schema;
    schema.sections = {kFileSection, kEalSection, kPortSection, kClusterSection, kEtcdSection, kPeerSection};
    schema.lag = add_sections(schema, "lags[]", options::lag_rows(), {"name"}, {"members"});
    for (const Section& section :
         {kTrafficSection, kTrafficClassSection, kTrafficRateSection, kTrafficMatchSection})
      schema.sections.push_back(section);
    schema.sections.push_back(kMembersSection);
    schema.member =
        add_sections(schema, "lags[].members[]", member_rows(), {"name", "dev", "tap", "wire"}, {});
    return schema;
  }();
  return all;
}

}  // namespace

std::span<const Section> schema() {
  return made().sections;
}

const Section& lag_section() {
  return made().sections[made().lag];
}

const Section& member_section() {
  return made().sections[made().member];
}

const Section* inner_section(const Section& section, std::string_view key) {
  for (const Section& inner : schema())
    if (inner.path.starts_with(section.path) && inner.path.ends_with(key) &&
        inner.path.size() == section.path.size() + 1 + key.size())
      return &inner;
  return nullptr;
}

}  // namespace lagoon::config
