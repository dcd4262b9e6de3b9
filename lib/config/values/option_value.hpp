// Values of options by their kind: from a YAML node, and as the text that is read back as the same value.
#pragma once

#include <string>
#include <string_view>

#include "config/values/value.hpp"
#include "options/kind.hpp"
#include "options/value.hpp"

namespace lagoon::config {

/// One value of a row; of a list, one item of it.
struct OptionValue {
  const options::Kind& kind;
  std::string_view unset{};  // the word for "not chosen"

  [[nodiscard]] Parsed<options::Value> operator()(const YamlNode& node) const;
  /// What is taken: "auto, or a whole number from 68 to 9978".
  [[nodiscard]] std::string expected() const;
};

/// As YAML in one line. A Switch's is its word, a Traffic's is not known here.
[[nodiscard]] std::string yaml_of(const options::Kind& kind, std::string_view unset,
                                  const options::Value& value);

}  // namespace lagoon::config
