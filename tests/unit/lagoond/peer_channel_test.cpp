// The channel between two boxes, over real sockets on the loopback interface.
#include "lagoond/cluster/peer_channel.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cluster/peer_codec.hpp"
#include "support/catch.hpp"

namespace lagoon::lagoond::peer_channel_test {
namespace {

using lagoon::test::ContainsSubstring;

constexpr const char* kA = "127.0.0.1";
constexpr const char* kB = "127.0.0.2";

cluster::PeerMessage message_of(std::string node, std::size_t lags = 1) {
  cluster::PeerMessage message{.domain = "rack7",
                               .node = std::move(node),
                               .number = 1,
                               .incarnation = cluster::Incarnation{7},
                               .stamp = Instant{5s}};
  for (std::size_t i = 0; i < lags; ++i)
    message.lags.push_back({.report = {.lag = "lag" + std::to_string(i) + std::string(59, 'x')}});
  return message;
}

// Two channels that hear each other, on a port that is free at both addresses.
struct Pair {
  std::optional<PeerChannel> a, b;
  std::uint16_t port = 0;

  explicit Pair(const std::string& key_a = {}, const std::string& key_b = {}) {
    for (port = 23'000; port < 24'000; ++port) {
      auto first = PeerChannel::open({.address = kB, .bind = kA, .port = port, .key = key_a});
      auto second = PeerChannel::open({.address = kA, .bind = kB, .port = port, .key = key_b});
      if (!first || !second) continue;
      a.emplace(*std::move(first));
      b.emplace(*std::move(second));
      return;
    }
    FAIL("no port from 23000 to 23999 is free");
  }
};

// What comes within ten seconds, or as soon as a datagram was refused.
std::optional<cluster::PeerMessage> next(PeerChannel& channel) {
  pollfd look{.fd = channel.descriptor(), .events = POLLIN, .revents = 0};
  REQUIRE(::poll(&look, 1, 10'000) == 1);
  return channel.receive();
}

// A socket that says what it likes.
struct Stranger {
  int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  Stranger(const char* address, std::uint16_t port) {
    const sockaddr_in at = where(address, port);
    REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
  }
  ~Stranger() { ::close(socket); }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;

  void say(const std::vector<std::byte>& octets, const char* address, std::uint16_t port) const {
    const sockaddr_in at = where(address, port);
    REQUIRE(::sendto(socket, octets.data(), octets.size(), 0, reinterpret_cast<const sockaddr*>(&at),
                     sizeof at) == static_cast<ssize_t>(octets.size()));
  }
  static sockaddr_in where(const char* address, std::uint16_t port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    ::inet_pton(AF_INET, address, &at.sin_addr);
    return at;
  }
};

TEST_CASE("What one box says the other hears, with a key and without", "[peer]") {
  const std::string key = GENERATE("", "0123456789abcdef");
  Pair pair{key, key};
  CHECK_FALSE(pair.b->receive());
  const cluster::PeerMessage said = message_of("a");
  pair.a->send(said);
  CHECK((next(*pair.b) == said));
  CHECK_FALSE(pair.b->receive());
  const cluster::PeerMessage answer = message_of("b", 0);
  pair.b->send(answer);
  CHECK((next(*pair.a) == answer));
  CHECK(pair.a->counters().sent == 1);
  CHECK(pair.a->counters().received == 1);
  CHECK(pair.b->counters().received == 1);
}

TEST_CASE("The longest message arrives whole", "[peer]") {
  Pair pair{"k", "k"};
  cluster::PeerMessage said = message_of("a", cluster::kLagsMax);
  pair.a->send(said);
  CHECK((next(*pair.b) == said));
}

TEST_CASE("Who has another key, or is alone in having one, is not heard", "[peer]") {
  const auto [ours, theirs] = GENERATE(std::pair<std::string, std::string>{"one", "two"},
                                       std::pair<std::string, std::string>{"one", ""},
                                       std::pair<std::string, std::string>{"", "two"});
  Pair pair{ours, theirs};
  pair.a->send(message_of("a"));
  CHECK_FALSE(next(*pair.b));
  CHECK(pair.b->counters().bad_key == 1);
  CHECK(pair.b->counters().received == 0);
  CHECK_THAT(pair.b->fault(), ContainsSubstring("key-file has to have the same at both boxes"));
  pair.b->send(message_of("b"));
  CHECK_FALSE(next(*pair.a));
  CHECK(pair.a->counters().bad_key == 1);
}

TEST_CASE("A message that was changed on its way is not heard", "[peer]") {
  Pair pair{"one", "one"};
  pair.a.reset();
  const Stranger forger{kA, pair.port};
  std::vector<std::byte> octets = cluster::encode(message_of("a"));
  octets.resize(octets.size() + 32);
  forger.say(octets, kB, pair.port);
  CHECK_FALSE(next(*pair.b));
  CHECK(pair.b->counters().bad_key == 1);
}

TEST_CASE("Only the peer's address and port are heard", "[peer]") {
  Pair pair;
  const Stranger elsewhere{"127.0.0.3", pair.port};
  const Stranger other_port{kA, 0};
  const std::vector<std::byte> octets = cluster::encode(message_of("a"));
  elsewhere.say(octets, kB, pair.port);
  CHECK_FALSE(next(*pair.b));
  other_port.say(octets, kB, pair.port);
  CHECK_FALSE(next(*pair.b));
  CHECK(pair.b->counters().other_sender == 2);
  pair.a->send(message_of("a"));
  CHECK(next(*pair.b));
}

TEST_CASE("Datagrams that are cut, or no messages, are refused by name", "[peer]") {
  const std::string key = GENERATE("", "secret");
  Pair pair{key, key};
  pair.a.reset();
  const Stranger peer{kA, pair.port};
  const std::vector<std::byte> whole = cluster::encode(message_of("a"));
  const auto cut = [&](std::size_t size) {
    return std::vector<std::byte>(whole.begin(), whole.begin() + static_cast<long>(size));
  };
  peer.say(cut(whole.size() - 1), kB, pair.port);
  CHECK_FALSE(next(*pair.b));
  peer.say(cut(8), kB, pair.port);
  CHECK_FALSE(next(*pair.b));
  CHECK(pair.b->counters().truncated == 2);
  peer.say(cut(7), kB, pair.port);
  CHECK_FALSE(next(*pair.b));
  peer.say({}, kB, pair.port);
  CHECK_FALSE(next(*pair.b));
  std::vector<std::byte> huge = whole;
  huge.resize(20'000);
  peer.say(huge, kB, pair.port);
  CHECK_FALSE(next(*pair.b));
  CHECK(pair.b->counters().malformed == 3);
  std::vector<std::byte> half_a_mac = whole;
  half_a_mac.resize(whole.size() + 16);
  peer.say(half_a_mac, kB, pair.port);
  CHECK_FALSE(next(*pair.b));
  CHECK(pair.b->counters().truncated == 3);
  CHECK(pair.b->counters().received == 0);
  CHECK(pair.b->counters().bad_key == 0);
}

TEST_CASE("One call looks at 64 datagrams, and finds a message among what is none", "[peer]") {
  Pair pair;
  pair.a.reset();
  const Stranger peer{kA, pair.port};
  for (std::size_t i = 0; i < PeerChannel::kDrainMost; ++i) peer.say({}, kB, pair.port);
  peer.say(cluster::encode(message_of("a")), kB, pair.port);
  CHECK_FALSE(next(*pair.b));
  CHECK(pair.b->counters().malformed == PeerChannel::kDrainMost);
  CHECK(next(*pair.b));
}

TEST_CASE("What can't be sent is counted", "[peer]") {
  // (from 127.0.0.1 there is no way to another machine)
  std::optional<PeerChannel> lost;
  for (std::uint16_t port = 24'000; !lost && port < 25'000; ++port)
    if (auto opened = PeerChannel::open({.address = "192.0.2.1", .bind = kA, .port = port}))
      lost.emplace(*std::move(opened));
  REQUIRE(lost);
  lost->send(message_of("a"));
  CHECK(lost->counters().send_failed == 1);
  CHECK(lost->counters().sent == 0);
}

TEST_CASE("An option that is wrong is named, with what would be right", "[peer]") {
  const auto words = [](const PeerOptions& options) {
    const auto opened = PeerChannel::open(options);
    return opened ? std::string{"opened"} : opened.error().detail;
  };
  CHECK_THAT(words({.address = "b.example"}), ContainsSubstring("is no address; write one like"));
  CHECK_THAT(words({.address = "224.0.0.1"}), ContainsSubstring("is not the address of one box"));
  CHECK_THAT(words({.address = "0.0.0.0"}), ContainsSubstring("is not the address of one box"));
  CHECK_THAT(words({.address = "fe80::1"}), ContainsSubstring("not fe80::"));
  CHECK_THAT(words({.address = kB, .bind = "fd00::1"}), ContainsSubstring("take both of one"));
  CHECK_THAT(words({.address = kB, .bind = kB}), ContainsSubstring("address is the other box's"));
  CHECK_THAT(words({.address = kB, .port = 0}), ContainsSubstring("port 0 is none"));
  CHECK_THAT(words({.address = kB, .bind = "192.0.2.1", .port = 25'000}),
             ContainsSubstring("no interface that is up has this address"));
  const Pair pair;
  CHECK_THAT(words({.address = kB, .bind = kA, .port = pair.port}),
             ContainsSubstring("another program has UDP port"));
}

TEST_CASE("Boxes talk over IPv6 as well", "[peer]") {
  // (of IPv6's loopback there is one address alone: what comes from it is heard by who takes any)
  for (std::uint16_t port = 25'000; port < 26'000; ++port) {
    auto opened = PeerChannel::open({.address = "::1", .port = port, .key = "six"});
    if (!opened && opened.error().detail.find("another program") != std::string::npos) continue;
    if (!opened) {
      WARN("no IPv6: " + opened.error().detail);
      return;
    }
    const cluster::PeerMessage said = message_of("a");
    opened->send(said);
    if (opened->counters().send_failed == 1) {
      WARN("no IPv6: ::1 has no interface");
      return;
    }
    CHECK((next(*opened) == said));
    return;
  }
  FAIL("no port from 25000 to 25999 is free");
}

}  // namespace
}  // namespace lagoon::lagoond::peer_channel_test
