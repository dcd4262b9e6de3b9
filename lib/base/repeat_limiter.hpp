// RepeatLimiter<T>: lets the first few of each kind of thing through, keeps count of those that follow, and
// gives the last one of them with the count: at the end of a window, or once no more come. While a kind goes
// on and on its windows double, so that a flood costs ever less; after a rest it begins anew.
//
// Bounded: a kind that finds no place shares that of another. Sans-IO: time comes in as an argument and never
// goes back. Thread: one at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace lagoon {

struct RepeatLimits {
  std::uint32_t burst = 8;     // of one kind, that go through at once
  Duration window = 1s;        // the first one
  Duration window_most = 64s;  // the longest
  std::size_t kinds_most = 1024;
};

template <typename T>
class RepeatLimiter {
 public:
  using Kind = std::uint64_t;
  using Limits = RepeatLimits;

  /// The last one that was kept back.
  struct Summary {
    T last;
    std::uint64_t before = 0;  // that were kept back, too, and are gone
    Duration during{};         // since the window began
  };

  explicit RepeatLimiter(const Limits& limits = {}) : limits_{limits} {}

  /// Gives the thing back where it may go through; otherwise it is kept or counted.
  [[nodiscard]] std::optional<T> admit(Kind kind, T thing, Instant now) {
    Place& place = place_of(kind, now);
    renew(place, now);
    if (place.kept == 0 && place.left > 0) {
      --place.left;
      return thing;
    }
    if (place.kept++ == 0) ++holding_;
    place.last = std::move(thing);
    place.last_at = now;
    return std::nullopt;
  }

  /// Whether anything is kept that take() will give once its time has come.
  [[nodiscard]] bool empty() const noexcept { return holding_ == 0; }
  /// When take() next has something.
  [[nodiscard]] std::optional<Instant> deadline() const noexcept {
    std::optional<Instant> first;
    if (holding_ == 0) return first;
    for (const Place& place : places_)
      if (place.kept > 0 && (!first || due(place) < *first)) first = due(place);
    return first;
  }
  /// Until it gives nothing.
  [[nodiscard]] std::optional<Summary> take(Instant now) {
    return take_if([&](const Place& place) { return due(place) <= now; }, now);
  }
  /// The same, but whatever is kept: at the end.
  [[nodiscard]] std::optional<Summary> take_any(Instant now) {
    return take_if([](const Place&) { return true; }, now);
  }

 private:
  struct Place {
    Kind kind = 0;
    Instant begun{};
    Duration window{};
    std::uint32_t left = 0;  // that may still go through in this window
    std::uint64_t kept = 0;
    Instant last_at{};
    std::optional<T> last{};
  };

  // Where it went on for long, it has to be quiet for longer.
  [[nodiscard]] Instant due(const Place& place) const noexcept {
    return std::min(place.begun + place.window, place.last_at + std::max(limits_.window, place.window / 4));
  }
  // A window that nothing was kept back in.
  void renew(Place& place, Instant now) const noexcept {
    if (place.kept > 0 || now - place.begun < place.window) return;
    const bool rested = now - place.begun >= 2 * place.window;
    place.window = rested ? limits_.window : std::max(limits_.window, place.window / 2);
    place.left = place.window == limits_.window ? limits_.burst : 1;
    place.begun = now;
  }
  Place& place_of(Kind kind, Instant now) {
    const auto known = std::ranges::find(places_, kind, &Place::kind);
    if (known != places_.end()) return *known;
    const Place made{.kind = kind, .begun = now, .window = limits_.window, .left = limits_.burst};
    if (places_.size() < limits_.kinds_most) return places_.emplace_back(made);
    // The one that has rested longest; where none has rested, the kind shares a place, and what is left
    // there.
    Place& oldest = *std::ranges::min_element(
        places_, {}, [](const Place& place) { return std::pair{place.kept > 0, place.begun}; });
    if (oldest.kept == 0 && now - oldest.begun >= oldest.window) oldest = made;
    return oldest;
  }
  template <typename Wanted>
  std::optional<Summary> take_if(const Wanted& wanted, Instant now) {
    if (holding_ == 0) return std::nullopt;
    for (Place& place : places_) {
      if (place.kept == 0 || !wanted(place)) continue;
      Summary summary{.last = std::move(*place.last), .before = place.kept - 1, .during = now - place.begun};
      const bool goes_on = now >= place.begun + place.window;
      if (goes_on) place.window = std::min(2 * place.window, limits_.window_most);
      // (the summary was the one of this window)
      place.left = goes_on ? 0 : 1;
      place.begun = now;
      place.kept = 0;
      place.last.reset();
      --holding_;
      return summary;
    }
    return std::nullopt;
  }

  Limits limits_;
  std::vector<Place> places_;
  std::size_t holding_ = 0;  // places that keep something back
};

}  // namespace lagoon
