// SwapKeeper: what the Selection Logic has to know of planned changes under max-links, beside what ports know
// themselves. A port that distributes and is to go by plan (the operator takes it out, a better one is back,
// max-links is lower) goes on until another one distributes in its place, or swap_patience is over; then its
// conversations move off it, and then it goes. Who goes on is select()'s to say (selection.hpp).
//
// Sans-IO. Thread: one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "lacp/config.hpp"
#include "lacp/event.hpp"
#include "lacp/selection.hpp"

namespace lagoon::lacp {

class SwapKeeper {
 public:
  /// The operator takes the port out, or has taken that back.
  void set_leaves(MemberIndex port, bool leaves) noexcept { at(port).leaves = leaves; }
  /// It is to have this Port ID; nothing: the one that it has.
  void set_config(MemberIndex port, const std::optional<PortConfig>& config) noexcept {
    at(port).config = config;
  }
  /// It has gone, or is another one.
  void forget(MemberIndex port) noexcept { at(port) = {}; }
  [[nodiscard]] bool leaves(MemberIndex port) const noexcept { return at(port).leaves; }
  /// The Port ID to be. Asked for when the port has gone for it.
  [[nodiscard]] std::optional<PortConfig> take_config(MemberIndex port) noexcept;

  /// A bit for each port whose frames arrive, as far as others than LACP know.
  /// True: this is news.
  [[nodiscard]] bool set_works(std::uint32_t works) noexcept { return std::exchange(works_, works) != works; }
  /// Nothing is on its way any more on these, of those that are at Swap::moves.
  void moved(std::uint32_t ports) noexcept;

  /// Adds what is known of the port. `is_selected` as of now.
  void add_to(SelectionPort& port, MemberIndex index, bool is_selected, const AggregatorConfig& config,
              Instant now) const noexcept;
  /// What select() came to. Gives the events that follow, without what the ports know: kind, from, to, cause.
  [[nodiscard]] std::optional<Event> follow(MemberIndex index, const PortSelection& choice, bool was_selected,
                                            const SelectionPorts& ports, Instant now) noexcept;

  [[nodiscard]] Swap swap(MemberIndex port) const noexcept { return at(port).swap; }
  /// A bit for each port that is there.
  [[nodiscard]] std::uint32_t at_swap(Swap swap) const noexcept;
  /// When time alone changes what add_to() says; after `now`.
  [[nodiscard]] std::optional<Instant> deadline(const AggregatorConfig& config, Instant now) const noexcept;

 private:
  struct Port {
    bool leaves = false;
    bool moved = false;
    std::optional<PortConfig> config{};
    std::optional<Instant> selected{};  // since when it is SELECTED
    std::optional<Instant> told{};      // when the Partner was told that it distributes
    Swap swap = Swap::none;
    Instant since{};  // of `swap`
  };
  [[nodiscard]] Port& at(MemberIndex port) noexcept { return ports_[port.value()]; }
  [[nodiscard]] const Port& at(MemberIndex port) const noexcept { return ports_[port.value()]; }
  [[nodiscard]] Cause cause_of(MemberIndex index, Swap before, const SelectionPorts& ports) const noexcept;

  std::array<Port, kMembersMax> ports_{};
  std::uint32_t works_ = ~std::uint32_t{0};
};

}  // namespace lagoon::lacp
