// Packet sockets that a process gives back before it ends. Root's, for none but root may have one.
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <string>

#include "lagoond/ending/packet_sockets.hpp"
#include "support/catch.hpp"

namespace lagoon::lagoond::packet_sockets_test {
namespace {

constexpr tpacket_req kRing{.tp_block_size = 4096, .tp_block_nr = 4, .tp_frame_size = 2048, .tp_frame_nr = 8};
constexpr std::size_t kRingOctets = 4096 * 4;

ino_t inode_of(int descriptor) {
  struct stat facts{};
  REQUIRE(fstat(descriptor, &facts) == 0);
  return facts.st_ino;
}

// The kernel's list of packet sockets, of which the last column is the inode.
bool kernel_has(ino_t inode) {
  std::ifstream list{"/proc/net/packet"};
  const std::string wanted = " " + std::to_string(inode);
  for (std::string line; std::getline(list, line);) {
    line.erase(line.find_last_not_of(' ') + 1);
    if (line.ends_with(wanted)) return true;
  }
  return false;
}

TEST_CASE("Packet sockets are given back while threads have them: the kernel knows them no more",
          "[lagoond][ending]") {
  const int plain = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_LLDP));
  if (plain < 0 && (errno == EPERM || errno == EAFNOSUPPORT)) return;
  REQUIRE(plain >= 0);
  const int ring = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  REQUIRE(setsockopt(ring, SOL_PACKET, PACKET_RX_RING, &kRing, sizeof kRing) == 0);
  void* const memory = mmap(nullptr, kRingOctets, PROT_READ | PROT_WRITE, MAP_SHARED, ring, 0);
  REQUIRE(memory != MAP_FAILED);
  const int again = dup(ring);
  const int other = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const ino_t inodes[] = {inode_of(plain), inode_of(ring)};
  const ino_t of_other = inode_of(other);
  for (const ino_t inode : inodes) REQUIRE(kernel_has(inode));

  give_back_packet_sockets();

  for (const ino_t inode : inodes) CHECK_FALSE(kernel_has(inode));
  // Whoever still uses them finds nothing, and falls over nothing.
  CHECK(inode_of(plain) != inodes[0]);
  CHECK(inode_of(ring) == inode_of(again));
  CHECK(send(plain, "x", 1, MSG_DONTWAIT) < 0);
  char octet = 0;
  CHECK(recv(ring, &octet, 1, MSG_DONTWAIT) < 0);
  auto* const octets = static_cast<unsigned char*>(memory);
  CHECK(std::all_of(octets, octets + kRingOctets, [](unsigned char each) { return each == 0; }));
  octets[0] = 1;
  CHECK(inode_of(other) == of_other);

  for (const int descriptor : {plain, ring, again, other}) close(descriptor);
  munmap(memory, kRingOctets);
}

}  // namespace
}  // namespace lagoon::lagoond::packet_sockets_test
