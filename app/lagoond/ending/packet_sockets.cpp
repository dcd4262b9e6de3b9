#include "lagoond/ending/packet_sockets.hpp"

#include <dirent.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace lagoon::lagoond {

namespace {

struct Mapping {
  ino_t inode = 0;  // of its socket
  void* at = nullptr;
  std::size_t octets = 0;
};

struct PacketSocket {
  int descriptor = -1;
  std::vector<Mapping> rings{};
};

// "7f0a..-7f0b.. rw-s 00000000 00:08 4711   socket:[4711]"
std::vector<Mapping> mapped_sockets() {
  std::vector<Mapping> all;
  std::ifstream maps{"/proc/self/maps"};
  for (std::string line; std::getline(maps, line);) {
    const std::size_t name = line.find(" socket:[");
    if (name == std::string::npos) continue;
    char* rest = nullptr;
    const auto begin = std::strtoull(line.c_str(), &rest, 16);
    const auto end = *rest == '-' ? std::strtoull(rest + 1, nullptr, 16) : 0;
    if (end <= begin) continue;
    all.push_back({.inode = std::strtoull(line.c_str() + name + 9, nullptr, 10),
                   .at = reinterpret_cast<void*>(begin),
                   .octets = end - begin});
  }
  return all;
}

bool is_packet_socket(int descriptor) {
  int domain = 0;
  socklen_t size = sizeof domain;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_PACKET;
}

std::vector<PacketSocket> packet_sockets() {
  const std::vector<Mapping> mapped = mapped_sockets();
  std::vector<PacketSocket> all;
  DIR* const folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return all;
  while (const dirent* const entry = ::readdir(folder)) {
    const int descriptor = std::atoi(entry->d_name);
    struct stat facts{};
    if (!is_packet_socket(descriptor) || ::fstat(descriptor, &facts) != 0) continue;
    PacketSocket& socket = all.emplace_back(PacketSocket{.descriptor = descriptor});
    std::ranges::copy_if(mapped, std::back_inserter(socket.rings),
                         [&](const Mapping& mapping) { return mapping.inode == facts.st_ino; });
  }
  ::closedir(folder);
  return all;
}

// Threads that use them go on, so each ring's memory and each descriptor becomes another at once: memory
// without a frame in it, and a socket that nobody sends to.
void give_back(const PacketSocket& socket, int instead) noexcept {
  for (const Mapping& ring : socket.rings)
    static_cast<void>(
        ::mmap(ring.at, ring.octets, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
  ::dup2(instead, socket.descriptor);
}

void give_back(const std::vector<PacketSocket>& sockets, bool with_rings, int instead) {
  std::vector<std::jthread> threads;
  for (const PacketSocket& socket : sockets)
    if (socket.rings.empty() != with_rings)
      threads.emplace_back([&socket, instead] { give_back(socket, instead); });
}

}  // namespace

void give_back_packet_sockets() noexcept {
  try {
    const int instead = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (instead < 0) return;
    const std::vector<PacketSocket> sockets = packet_sockets();
    give_back(sockets, false, instead);
    give_back(sockets, true, instead);
  } catch (const std::exception&) {
    // (no memory, no thread: the kernel closes what is left)
  }
}

}  // namespace lagoon::lagoond
