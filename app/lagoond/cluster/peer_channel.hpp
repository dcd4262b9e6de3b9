// PeerChannel: what the boxes of a cluster say to each other, as UDP datagrams between two addresses.
//
// One datagram is one message (cluster/peer_codec.hpp), with HMAC-SHA256 over it behind it where both boxes
// have a key. Only the peer's address and port are heard. What is not taken is counted by name. Datagrams
// that were said before, or that come late, are for cluster::Node to judge: they only make validity shorter.
//
// Thread: one at a time. Nothing of it waits.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "cluster/peer_message.hpp"
#include "cluster/stations/station.hpp"

namespace lagoon::lagoond {

/// UDP, at both boxes. IANA has given it to nobody (4790 is VXLAN-GPE's; 4793 to 4799 are free).
inline constexpr std::uint16_t kPeerPort = 4793;

struct PeerOptions {
  std::string address{};  // the other box's: IPv4 or IPv6
  std::string bind{};     // our own, of the same family; empty: any
  std::uint16_t port = kPeerPort;
  std::string key{};  // octets of a secret that both boxes have; empty: none
};

/// Datagrams by what became of them.
struct PeerCounters {
  std::uint64_t sent = 0;
  std::uint64_t send_failed = 0;   // the kernel did not take it: no route, no address, no room
  std::uint64_t received = 0;      // and taken
  std::uint64_t other_sender = 0;  // from another address or port than the peer's
  std::uint64_t malformed = 0;     // no message of this version
  std::uint64_t bad_key = 0;       // another key, a key at one box alone, or a message that was changed
  std::uint64_t truncated = 0;     // its end is missing
};

class PeerChannel {
 public:
  /// Datagrams that one receive() looks at.
  static constexpr std::size_t kDrainMost = 64;
  static constexpr std::size_t kStationsKept = 64;

  /// Errors: invalid_argument (an option is not what it has to be), system (no such address here, the port is
  /// taken, no socket).
  [[nodiscard]] static Result<PeerChannel> open(const PeerOptions& options);
  PeerChannel(PeerChannel&& other) noexcept;
  PeerChannel& operator=(PeerChannel&& other) noexcept;
  ~PeerChannel();

  /// To be polled for what can be read. Ours: stays open as long as the channel lives.
  [[nodiscard]] int descriptor() const noexcept { return socket_; }
  /// Precondition: encode()'s. One that can't be sent is counted, and not kept.
  void send(const cluster::PeerMessage& message);
  void send(const cluster::StationMessage& message);
  /// The next message of the peer's. Nothing: there is none, or kDrainMost datagrams were none; poll again.
  [[nodiscard]] std::optional<cluster::PeerMessage> receive();
  /// What receive() has met besides, and nobody took; of more than kStationsKept the oldest are lost.
  [[nodiscard]] std::vector<cluster::StationMessage> take_stations();
  [[nodiscard]] const PeerCounters& counters() const noexcept { return counters_; }
  /// What is wrong with what was refused, or not sent, since a message was taken; empty: nothing.
  [[nodiscard]] std::string fault() const;

 private:
  struct Address {
    sockaddr_storage storage{};
    socklen_t size = 0;
  };
  PeerChannel(int socket, const Address& peer, std::string key);
  [[nodiscard]] static Result<Address> address_of(const std::string& name, const std::string& text,
                                                  std::uint16_t port);
  [[nodiscard]] static Result<int> socket_at(const PeerOptions& options, const Address& own);
  [[nodiscard]] bool is_peer(const Address& sender) const noexcept;
  void send_octets(std::vector<std::byte> octets);
  [[nodiscard]] std::optional<cluster::PeerMessage> judge(std::span<const std::byte> datagram);

  int socket_ = -1;
  Address peer_{};
  std::string key_{};
  std::deque<cluster::StationMessage> stations_{};
  PeerCounters counters_{};
  PeerCounters taken_{};         // as they were when a message was taken last
  std::vector<std::byte> room_;  // for one datagram, and an octet more
};

}  // namespace lagoon::lagoond
