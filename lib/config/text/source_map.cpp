#include "config/text/source_map.hpp"

namespace lagoon::config {

std::optional<Position> SourceMap::find(std::string_view path) const {
  while (true) {
    if (const auto found = places_.find(path); found != places_.end()) return found->second;
    if (path.empty()) return std::nullopt;
    path = enclosing(path);
  }
}

bool SourceMap::broken(std::string_view path) const {
  for (std::string_view outer = path;; outer = enclosing(outer)) {
    if (broken_.contains(outer)) return true;
    if (outer.empty()) break;
  }
  for (auto inner = broken_.lower_bound(path); inner != broken_.end() && inner->starts_with(path); ++inner)
    if (const char next = (*inner)[path.size()]; next == '.' || next == '[') return true;
  return false;
}

std::string_view enclosing(std::string_view path) noexcept {
  const std::size_t cut = path.find_last_of(".[");
  return cut == std::string_view::npos ? std::string_view{} : path.substr(0, cut);
}

std::string item_path(std::string_view list, std::size_t index) {
  return std::string{list} + "[" + std::to_string(index) + "]";
}

std::string key_path(std::string_view map, std::string_view key) {
  return map.empty() ? std::string{key} : std::string{map} + "." + std::string{key};
}

}  // namespace lagoon::config
