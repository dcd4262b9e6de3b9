#include "lagoond/cluster/peer_channel.hpp"

#include <netinet/in.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <variant>

#include "base/check.hpp"
#include "base/ip_address.hpp"
#include "cluster/peer_codec.hpp"
#include "cluster/stations/codec.hpp"

namespace lagoon::lagoond {

namespace {

constexpr std::size_t kMacSize = 32;  // of HMAC-SHA256
using Mac = std::array<std::byte, kMacSize>;

Mac mac_of(std::span<const std::byte> message, const std::string& key) {
  Mac mac{};
  unsigned size = kMacSize;
  const auto* const made = ::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()),
                                  reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                                  reinterpret_cast<unsigned char*>(mac.data()), &size);
  LAGOON_CHECK(made != nullptr && size == kMacSize);
  return mac;
}

bool is_one_station(const Ipv4Address& v4) noexcept {
  return v4.octets[0] != 0 && v4.octets[0] < 224;
}
bool is_one_station(const Ipv6Address& v6) noexcept {
  const bool link_local = v6.octets[0] == 0xfe && (v6.octets[1] & 0xc0U) == 0x80;
  return !v6.is_zero() && v6.octets[0] != 0xff && !link_local;
}

std::string why_not(const PeerOptions& options, int error) {
  switch (error) {
    case EADDRINUSE:
      return "another program has UDP port " + std::to_string(options.port) +
             " there; end it, or take another port at both boxes";
    case EADDRNOTAVAIL:
      return "no interface that is up has this address; bind to one of this machine's, or leave bind out";
    case EACCES:
      return "a port below 1024 takes root; take another one at both boxes";
    case EAFNOSUPPORT:
      return "this machine has no IP of that version; take addresses of the other";
    default:
      return std::strerror(error);
  }
}

}  // namespace

Result<PeerChannel::Address> PeerChannel::address_of(const std::string& name, const std::string& text,
                                                     std::uint16_t port) {
  const std::optional<IpAddress> ip = parse_ip_address(text);
  if (!ip)
    return fail(Errc::invalid_argument,
                "peer: " + name + " \"" + text + "\" is no address; write one like 10.1.0.2 or fd00::2");
  if (!std::visit([](const auto& address) { return is_one_station(address); }, *ip))
    return fail(Errc::invalid_argument, "peer: " + name + " " + text +
                                            " is not the address of one box in any network; take one that "
                                            "is (no group's, not 0.0.0.0, not fe80::)");
  Address made;
  if (const auto* v6 = std::get_if<Ipv6Address>(&*ip)) {
    sockaddr_in6 in{};
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(port);
    std::memcpy(&in.sin6_addr, v6->octets.data(), sizeof in.sin6_addr);
    std::memcpy(&made.storage, &in, made.size = sizeof in);
  } else {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    std::memcpy(&in.sin_addr, std::get<Ipv4Address>(*ip).octets.data(), sizeof in.sin_addr);
    std::memcpy(&made.storage, &in, made.size = sizeof in);
  }
  return made;
}

Result<int> PeerChannel::socket_at(const PeerOptions& options, const Address& own) {
  const int family = own.storage.ss_family;
  const int socket = ::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int yes = 1;
  if (socket >= 0 &&
      (family != AF_INET6 || ::setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes) == 0) &&
      ::bind(socket, reinterpret_cast<const sockaddr*>(&own.storage), own.size) == 0)
    return socket;
  const int why = errno;
  if (socket >= 0) ::close(socket);
  return fail(Errc::system, "peer: can't hear on " + (options.bind.empty() ? "any address" : options.bind) +
                                ": " + why_not(options, why));
}

Result<PeerChannel> PeerChannel::open(const PeerOptions& options) {
  if (options.port == 0)
    return fail(Errc::invalid_argument, "peer: port 0 is none; take 1 to 65535, the same at both boxes");
  const Result<Address> peer = address_of("address", options.address, options.port);
  if (!peer) return std::unexpected{peer.error()};
  Address own{.storage = {}, .size = peer->size};
  own.storage.ss_family = peer->storage.ss_family;
  if (options.bind.empty()) {
    // (the port stands at the same place in both families)
    static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
    reinterpret_cast<sockaddr_in*>(&own.storage)->sin_port = htons(options.port);
  } else {
    const Result<Address> bind = address_of("bind", options.bind, options.port);
    if (!bind) return std::unexpected{bind.error()};
    if (bind->storage.ss_family != peer->storage.ss_family)
      return fail(Errc::invalid_argument, "peer: address " + options.address + " and bind " + options.bind +
                                              " are of IPv4 and of IPv6; take both of one");
    own = *bind;
    if (own.size == peer->size && std::memcmp(&own.storage, &peer->storage, own.size) == 0)
      return fail(Errc::invalid_argument,
                  "peer: address and bind are both " + options.bind + "; address is the other box's");
  }
  const Result<int> socket = socket_at(options, own);
  if (!socket) return std::unexpected{socket.error()};
  return PeerChannel{*socket, *peer, options.key};
}

PeerChannel::PeerChannel(int socket, const Address& peer, std::string key)
    : socket_{socket},
      peer_{peer},
      key_{std::move(key)},
      room_(std::max(cluster::kPeerMessageMax, cluster::kStationMessageMax) + kMacSize + 1) {}

PeerChannel::PeerChannel(PeerChannel&& other) noexcept
    : socket_{std::exchange(other.socket_, -1)},
      peer_{other.peer_},
      key_{std::move(other.key_)},
      stations_{std::move(other.stations_)},
      counters_{other.counters_},
      taken_{other.taken_},
      room_{std::move(other.room_)} {}

PeerChannel& PeerChannel::operator=(PeerChannel&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(peer_, other.peer_);
  std::swap(key_, other.key_);
  std::swap(stations_, other.stations_);
  std::swap(counters_, other.counters_);
  std::swap(taken_, other.taken_);
  std::swap(room_, other.room_);
  return *this;
}

PeerChannel::~PeerChannel() {
  if (socket_ >= 0) ::close(socket_);
}

void PeerChannel::send(const cluster::PeerMessage& message) {
  send_octets(cluster::encode(message));
}

void PeerChannel::send(const cluster::StationMessage& message) {
  send_octets(cluster::encode(message));
}

std::vector<cluster::StationMessage> PeerChannel::take_stations() {
  std::vector<cluster::StationMessage> taken{stations_.begin(), stations_.end()};
  stations_.clear();
  return taken;
}

void PeerChannel::send_octets(std::vector<std::byte> octets) {
  if (!key_.empty()) {
    const Mac mac = mac_of(octets, key_);
    octets.insert(octets.end(), mac.begin(), mac.end());
  }
  const ssize_t size = ::sendto(socket_, octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                                reinterpret_cast<const sockaddr*>(&peer_.storage), peer_.size);
  ++(size == static_cast<ssize_t>(octets.size()) ? counters_.sent : counters_.send_failed);
}

std::optional<cluster::PeerMessage> PeerChannel::receive() {
  for (std::size_t i = 0; i < kDrainMost; ++i) {
    Address sender{.storage = {}, .size = sizeof sender.storage};
    const ssize_t size = ::recvfrom(socket_, room_.data(), room_.size(), MSG_DONTWAIT,
                                    reinterpret_cast<sockaddr*>(&sender.storage), &sender.size);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return std::nullopt;
    if (!is_peer(sender)) {
      ++counters_.other_sender;
      continue;
    }
    if (auto message = judge(std::span{room_}.first(static_cast<std::size_t>(size)))) return message;
  }
  return std::nullopt;
}

bool PeerChannel::is_peer(const Address& sender) const noexcept {
  if (sender.storage.ss_family != peer_.storage.ss_family) return false;
  const auto* const theirs = reinterpret_cast<const sockaddr_in*>(&sender.storage);
  const auto* const known = reinterpret_cast<const sockaddr_in*>(&peer_.storage);
  if (theirs->sin_port != known->sin_port) return false;
  if (sender.storage.ss_family == AF_INET) return theirs->sin_addr.s_addr == known->sin_addr.s_addr;
  const auto* const theirs6 = reinterpret_cast<const sockaddr_in6*>(&sender.storage);
  const auto* const known6 = reinterpret_cast<const sockaddr_in6*>(&peer_.storage);
  return std::memcmp(&theirs6->sin6_addr, &known6->sin6_addr, sizeof theirs6->sin6_addr) == 0;
}

std::optional<cluster::PeerMessage> PeerChannel::judge(std::span<const std::byte> datagram) {
  const std::optional<std::size_t> of_stations = cluster::station_message_size(datagram);
  const std::optional<std::size_t> size = of_stations ? of_stations : cluster::peer_message_size(datagram);
  const auto refuse = [](std::uint64_t& counter) {
    ++counter;
    return std::nullopt;
  };
  if (!size) return refuse(counters_.malformed);
  if (datagram.size() < *size) return refuse(counters_.truncated);
  const auto message = datagram.first(*size);
  const auto rest = datagram.subspan(*size);
  if (!rest.empty() && rest.size() < kMacSize) return refuse(counters_.truncated);
  if (rest.size() > kMacSize) return refuse(counters_.malformed);
  if (rest.empty() != key_.empty()) return refuse(counters_.bad_key);
  if (!key_.empty()) {
    const Mac mac = mac_of(message, key_);
    if (::CRYPTO_memcmp(mac.data(), rest.data(), kMacSize) != 0) return refuse(counters_.bad_key);
  }
  auto stations = of_stations ? cluster::decode_station_message(message) : std::nullopt;
  auto read = of_stations ? std::nullopt : cluster::decode_peer_message(message);
  if (!read && !stations) return refuse(counters_.malformed);
  ++counters_.received;
  taken_ = counters_;
  if (stations) {
    if (stations_.size() >= kStationsKept) stations_.pop_front();
    stations_.push_back(*std::move(stations));
  }
  return read;
}

std::string PeerChannel::fault() const {
  if (counters_.bad_key > taken_.bad_key)
    return "its messages have another secret: key-file has to have the same at both boxes";
  if (counters_.malformed > taken_.malformed || counters_.truncated > taken_.truncated)
    return "its messages are not understood: look at the versions of both boxes";
  if (counters_.other_sender > taken_.other_sender)
    return "messages come from elsewhere: look at address, bind and port at both boxes";
  if (counters_.send_failed > taken_.send_failed)
    return "messages to it can't be sent: look at the way to it";
  return {};
}

}  // namespace lagoon::lagoond
