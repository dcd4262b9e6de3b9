// "Did you mean": the known word nearest to a mistyped one. And how a stranger's text is shown in a message.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace lagoon::config {

/// Nothing when no word is near enough to be meant.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word,
                                                      std::span<const std::string_view> known);
/// "a, b, c".
[[nodiscard]] std::string listed(std::span<const std::string_view> words);
/// In quotes, cut to a length that fits a line, without control characters.
[[nodiscard]] std::string in_quotes(std::string_view text);

}  // namespace lagoon::config
