// filled(): a sentence with its words put in. (GCC 12 has no std::format.)
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace lagoon::cluster {

/// Each "{}" of `pattern` in turn stands for the next word.
[[nodiscard]] inline std::string filled(std::string_view pattern,
                                        std::initializer_list<std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) {
    const std::size_t gap = pattern.find("{}");
    text += pattern.substr(0, gap);
    text += word;
    pattern.remove_prefix(gap == std::string_view::npos ? pattern.size() : gap + 2);
  }
  return text += pattern;
}

}  // namespace lagoon::cluster
