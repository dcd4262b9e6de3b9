// SourceMap: where in the file each value of the model was written. Rules about several values are checked on
// the model, after reading; this is how they find the line to name, and how they keep quiet about a value
// that was reported already.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "config/text/diagnostics.hpp"

namespace lagoon::config {

/// Values are named by path: "lags[0].members[1].lacp.port-priority". "" is the file.
class SourceMap {
 public:
  void place(const std::string& path, Position at) { places_.insert_or_assign(path, at); }
  /// The value there could not be read, so nothing is known about it.
  void mark_broken(const std::string& path) { broken_.insert(path); }

  /// The place of `path` or else of what encloses it.
  [[nodiscard]] std::optional<Position> find(std::string_view path) const;
  /// True when `path`, something that encloses it, or something within it is broken.
  [[nodiscard]] bool broken(std::string_view path) const;
  /// True when exactly `path` is broken, whatever is within it.
  [[nodiscard]] bool unread(std::string_view path) const { return broken_.contains(path); }
  [[nodiscard]] const std::map<std::string, Position, std::less<>>& places() const noexcept {
    return places_;
  }

 private:
  std::map<std::string, Position, std::less<>> places_;
  std::set<std::string, std::less<>> broken_;
};

/// "lags[0].mac" -> "lags[0]" -> "lags" -> "".
[[nodiscard]] std::string_view enclosing(std::string_view path) noexcept;
/// "lags", 0 -> "lags[0]".
[[nodiscard]] std::string item_path(std::string_view list, std::size_t index);
/// "lags[0]", "mac" -> "lags[0].mac".
[[nodiscard]] std::string key_path(std::string_view map, std::string_view key);

}  // namespace lagoon::config
