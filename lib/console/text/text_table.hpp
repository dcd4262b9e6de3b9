// TextTable: columns as wide as what stands in them.
#pragma once

#include <string>
#include <vector>

namespace lagoon::console {

class TextTable {
 public:
  TextTable() = default;  // without a head
  explicit TextTable(std::vector<std::string> head) { rows_.push_back(std::move(head)); }
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  /// Lines, each after `indent` blanks, without blanks at its end.
  [[nodiscard]] std::string text(std::size_t indent = 0) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace lagoon::console
