// What a lagoond that carries and the one that takes over say to each other, and whose number would not do.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>
#include <utility>

#include "lagoond/handover/packet_group.hpp"
#include "lagoond/handover/passage.hpp"
#include "support/catch.hpp"

namespace lagoon::lagoond::handover_test {
namespace {

std::pair<Passage, Passage> joined() {
  std::array<int, 2> ends{};
  REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) == 0);
  return {Passage{console::Descriptor{ends[0]}}, Passage{console::Descriptor{ends[1]}}};
}

ino_t inode_of(int descriptor) {
  struct stat facts{};
  REQUIRE(fstat(descriptor, &facts) == 0);
  return facts.st_ino;
}

}  // namespace

TEST_CASE("A message comes with its text and its descriptor", "[lagoond][handover]") {
  auto [here, there] = joined();
  const console::Descriptor file{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  REQUIRE(here.say(kGives, "lock:lagoon/port/interface/3 and more", file.number()));
  REQUIRE(here.say(kReady));
  const auto given = there.hear(1s);
  REQUIRE(given);
  CHECK(given->word == kGives);
  CHECK(given->text == "lock:lagoon/port/interface/3 and more");
  REQUIRE(given->descriptor.is_open());
  CHECK(given->descriptor.number() != file.number());
  CHECK(inode_of(given->descriptor.number()) == inode_of(file.number()));
  CHECK(fcntl(given->descriptor.number(), F_GETFD) == FD_CLOEXEC);
  const auto ready = there.hear(1s);
  REQUIRE(ready);
  CHECK(ready->word == kReady);
  CHECK(ready->text.empty());
  CHECK_FALSE(ready->descriptor.is_open());
}

TEST_CASE("Who says nothing, and who has gone, are told apart", "[lagoond][handover]") {
  auto [here, there] = joined();
  const auto nothing = there.hear(1ms);
  REQUIRE_FALSE(nothing);
  CHECK(nothing.error().code == Errc::busy);
  {
    const Passage gone = std::move(here);
  }
  const auto end = there.hear(1s);
  REQUIRE_FALSE(end);
  CHECK(end.error().code == Errc::no_such_thing);
  CHECK_FALSE(there.say(kReady));
}

TEST_CASE("A text that is too long is cut, and one that is of no use is a word", "[lagoond][handover]") {
  auto [here, there] = joined();
  REQUIRE(here.say(kRefuses, std::string(10'000, 'x')));
  REQUIRE(here.say(std::string(1, '\0')));
  const auto cut = there.hear(1s);
  REQUIRE(cut);
  CHECK(cut->word == kRefuses);
  CHECK(cut->text.size() < 4096);
  const auto zero = there.hear(1s);
  REQUIRE(zero);
  CHECK(zero->word == std::string(1, '\0'));
}

TEST_CASE("net_af_packet's groups of two processes collide for another interface alone",
          "[lagoond][handover]") {
  const std::array<unsigned, 3> interfaces{2, 3, 17};
  CHECK_FALSE(groups_collide(1000, 5000, interfaces));
  // (the same interface in both is one group, which the kernel refuses nobody)
  CHECK_FALSE(groups_collide(1000, 1000 + 65536, interfaces));
  CHECK(groups_collide(1000, 1000 ^ 2 ^ 3, interfaces));
  CHECK(groups_collide(1000, 1000 ^ 2 ^ 17, interfaces));
  CHECK(groups_collide(1000, (1000 ^ 3 ^ 17) + 65536, interfaces));
  CHECK_FALSE(groups_collide(1000, 1000 ^ 2 ^ 3, std::array<unsigned, 2>{2, 17}));
}

}  // namespace lagoon::lagoond::handover_test
