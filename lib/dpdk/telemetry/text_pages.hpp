// TextPages: long texts over DPDK's telemetry, which takes 8 KiB in one string, and 16 KiB in a reply with
// the string's escapes. A text that is longer goes in pages: each but the last ends with a line that has the
// question for the next one. The pages of one text are of one moment: what was cut is kept for a while.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "dpdk/telemetry/page_keeper.hpp"

namespace lagoon::dpdk {

class TextPages {
 public:
  static constexpr std::size_t kOctetsMax = 7'900;    // of a page, without its last line
  static constexpr std::size_t kEscapedMax = 15'900;  // of a page in JSON, in the same way
  static constexpr std::size_t kKept = PageKeeper<std::string>::kKept;

  /// The whole text, or its first page. `question`: what to ask again, with "," and the page behind it.
  [[nodiscard]] std::string first(std::string text, std::string_view question);
  /// `page`: what stands behind the question. Nothing: there is no such page, or it is gone.
  [[nodiscard]] std::optional<std::string> next(std::string_view page, std::string_view question) const;

 private:
  PageKeeper<std::string> keeper_;
};

}  // namespace lagoon::dpdk
