// PeerLink: the other box as it is heard past etcd: whether it is heard, whether it hears us, what it said
// last.
//
// Thread: one at a time. Times are our own clock's, but for the stamps of the peer's messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "cluster/peer_message.hpp"
#include "cluster/types.hpp"

namespace lagoon::cluster {

class PeerLink {
 public:
  enum class Heard : std::uint8_t {
    taken,
    old,        // overtaken by another, or of a life that is over
    foreign,    // of another domain or node
    ambiguous,  // of another life than one that was heard just now: two boxes have one name, or it restarted
  };
  struct Stranger {
    std::string domain{};
    std::string node{};
    friend bool operator==(const Stranger&, const Stranger&) = default;
  };

  /// `interval`: between messages. `rest`: for how long a life has to be silent before another is heard.
  PeerLink(Incarnation self, Duration interval, Duration rest) noexcept
      : self_{self}, interval_{interval}, rest_{rest} {}

  /// `now`: read after the message was received.
  Heard heard(const PeerMessage& message, std::string_view domain, std::string_view node, Instant now);

  [[nodiscard]] bool heard_lately(Instant now) const noexcept {
    return heard_ && now < *heard_ + 5 * interval_;
  }
  /// It is heard, and hears us.
  [[nodiscard]] bool both_ways(Instant now) const noexcept {
    return heard_lately(now) && echo_ && now < *echo_ + 10 * interval_;
  }
  /// The last one; nothing was ever heard.
  [[nodiscard]] const std::optional<PeerMessage>& last() const noexcept { return last_; }
  /// Who spoke last in the peer's place under another name or domain; nobody did.
  [[nodiscard]] const std::optional<Stranger>& stranger() const noexcept { return stranger_; }
  [[nodiscard]] const PeerLag* lag(std::string_view name) const noexcept;

 private:
  Incarnation self_;
  Duration interval_;
  Duration rest_;
  std::optional<PeerMessage> last_{};
  std::optional<Stranger> stranger_{};
  std::optional<Instant> heard_{};
  std::optional<Instant> echo_{};  // the newest stamp of ours that it has heard
};

}  // namespace lagoon::cluster
