// PageKeeper: answers that were too long for one reply, in pages, kept for a while. All pages of an answer
// are of the moment of the first one. Who asks for the next page asks the same question with ",PAGE.NUMBER"
// behind it.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lagoon::dpdk {

template <typename Page>
class PageKeeper {
 public:
  static constexpr std::size_t kKept = 8;  // long answers; the oldest goes first

  struct Place {
    const Page* page;    // until the next keep()
    std::size_t at;      // from 1
    std::size_t count;   // of all pages
    std::string next{};  // the question for the next page; empty: it is the last one
  };

  /// Gives the first page.
  [[nodiscard]] Place keep(std::vector<Page> pages, std::string_view question) {
    Kept& place = kept_[++last_number_ % kKept];
    place = {.number = last_number_, .question = std::string{question}, .pages = std::move(pages)};
    return place_of(place, 1);
  }
  /// `page`: what stands behind the question. Nothing: there is no such page, or it is gone.
  [[nodiscard]] std::optional<Place> find(std::string_view page, std::string_view question) const {
    const std::size_t dot = page.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const auto wanted = number_from(page.substr(0, dot));
    const auto number = number_from(page.substr(dot + 1));
    if (!wanted || !number) return std::nullopt;
    const Kept& kept = kept_[*number % kKept];
    if (kept.number != *number || kept.question != question || *wanted > kept.pages.size())
      return std::nullopt;
    return place_of(kept, static_cast<std::size_t>(*wanted));
  }

 private:
  struct Kept {
    std::uint64_t number = 0;  // 0: none
    std::string question;
    std::vector<Page> pages;
  };

  static Place place_of(const Kept& kept, std::size_t at) {
    Place place{.page = &kept.pages[at - 1], .at = at, .count = kept.pages.size()};
    if (at < kept.pages.size())
      place.next = kept.question + "," + std::to_string(at + 1) + "." + std::to_string(kept.number);
    return place;
  }
  static std::optional<std::uint64_t> number_from(std::string_view text) noexcept {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value == 0) return std::nullopt;
    return value;
  }

  std::array<Kept, kKept> kept_{};
  std::uint64_t last_number_ = 0;
};

}  // namespace lagoon::dpdk
