#include "demo/traffic/udp.hpp"

#include <arpa/inet.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "demo/traffic/clock.hpp"
#include "demo/traffic/payload.hpp"
#include "demo/traffic/record.hpp"

namespace lagoon::traffic {

namespace {

constexpr std::int64_t kProgressNs = 250'000'000;
constexpr std::int64_t kGreetingNs = 50'000'000;
constexpr timeval kPatience{.tv_sec = 0, .tv_usec = 50'000};  // of a receiver that hears nothing
constexpr unsigned kBatch = 32;
constexpr int kReceiveBuffer = 4 << 20;
// A sender that woke up late makes up for it, but never by more frames at once than queues take that a steady
// stream does not fill, and not for a stall that is longer than those of a busy machine. Small guests wake up
// every 10 ms at best: they live by this.
constexpr std::int64_t kLongestDebtNs = 50'000'000;
constexpr unsigned kBurst = 32;
constexpr std::int64_t kBetweenBurstsNs = 1'000'000;

sockaddr_in address(const std::string& text, unsigned port) {
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_port = htons(static_cast<std::uint16_t>(port));
  inet_pton(AF_INET, text.c_str(), &a.sin_addr);
  return a;
}

class Socket {
 public:
  Socket() = default;
  ~Socket() {
    if (socket_ >= 0) close(socket_);
  }
  Socket(Socket&& other) noexcept : socket_{std::exchange(other.socket_, -1)} {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  Socket& operator=(Socket&&) = delete;

  [[nodiscard]] bool open_at(const sockaddr_in& here) {
    socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return socket_ >= 0 && bind(socket_, reinterpret_cast<const sockaddr*>(&here), sizeof(here)) == 0;
  }
  [[nodiscard]] bool connect_to(const sockaddr_in& there) {
    return connect(socket_, reinterpret_cast<const sockaddr*>(&there), sizeof(there)) == 0;
  }
  [[nodiscard]] int get() const noexcept { return socket_; }

 private:
  int socket_ = -1;
};

// What the two threads tell each other.
struct Shared {
  std::atomic<bool> heard = false;  // the other end speaks, so it listens as well
  std::atomic<bool> end = false;
  std::atomic<std::uint64_t> sent = 0;
};

class Receiver {
 public:
  Receiver(int socket, Log& log, Shared& shared) : socket_{socket}, log_{log}, shared_{shared} {
    const int on = 1;
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience));
    setsockopt(socket_, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on));
    if (setsockopt(socket_, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof(kReceiveBuffer)) != 0)
      setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof(kReceiveBuffer));
  }

  void run() {
    while (!shared_.end.load(std::memory_order_relaxed)) {
      take();
      print_progress();
    }
    if (overflow_ != 0) log_.add({Kind::overflow, 0, 0, overflow_, now_, 0});
  }

 private:
  // For whoever watches: frames sent and received so far.
  void print_progress() {
    if (now_ < next_progress_) return;
    next_progress_ = now_ + kProgressNs;
    std::printf("%ju %ju\n", static_cast<std::uintmax_t>(shared_.sent.load(std::memory_order_relaxed)),
                static_cast<std::uintmax_t>(received_));
    std::fflush(stdout);
  }

  // Waits for frames, not for long, and takes what is there.
  void take() {
    for (std::size_t i = 0; i < kBatch; ++i) {
      parts_[i] = {.iov_base = rooms_[i].octets.data(), .iov_len = rooms_[i].octets.size()};
      msghdr& header = messages_[i].msg_hdr;
      header = {};
      header.msg_iov = &parts_[i];
      header.msg_iovlen = 1;
      header.msg_control = rooms_[i].control.data();
      header.msg_controllen = rooms_[i].control.size();
    }
    const int count = recvmmsg(socket_, messages_.data(), kBatch, MSG_WAITFORONE, nullptr);
    now_ = now_ns();
    for (std::size_t i = 0; std::cmp_less(i, count); ++i) take_one(i);
  }

  void take_one(std::size_t i) {
    const cmsghdr* const extra = CMSG_FIRSTHDR(&messages_[i].msg_hdr);
    if (extra != nullptr && extra->cmsg_type == SO_RXQ_OVFL)
      std::memcpy(&overflow_, CMSG_DATA(extra), sizeof(overflow_));
    Payload payload;
    if (messages_[i].msg_len < sizeof(payload)) return;
    std::memcpy(&payload, rooms_[i].octets.data(), sizeof(payload));
    if (payload.magic != Payload::kMagic && payload.magic != Payload::kGreeting) return;
    shared_.heard.store(true, std::memory_order_relaxed);
    if (payload.magic == Payload::kGreeting) return;
    ++received_;
    log_.add({Kind::received, 0, payload.flow, payload.sequence, now_, payload.sent_at_ns});
  }

  struct Room {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(std::uint32_t))> control;
    std::array<char, 128> octets;
  };
  std::array<Room, kBatch> rooms_;
  std::array<iovec, kBatch> parts_;
  std::array<mmsghdr, kBatch> messages_;
  int socket_;
  Log& log_;
  Shared& shared_;
  std::uint32_t overflow_ = 0;
  std::uint64_t received_ = 0;
  std::int64_t now_ = 0;
  std::int64_t next_progress_ = 0;
};

class Sender {
 public:
  Sender(const UdpOptions& options, const std::vector<Socket>& flows, Log& log, Shared& shared)
      : interval_{1'000'000'000 / options.rate},
        end_{options.seconds == 0 ? INT64_MAX : now_ns() + std::int64_t{options.seconds} * 1'000'000'000},
        flows_{flows},
        log_{log},
        shared_{shared},
        next_sequence_(flows.size()) {}

  void run() {
    prctl(PR_SET_TIMERSLACK, 1'000UL);
    greet();
    // One look at the clock for a frame: in a small guest it is as dear as sending.
    std::int64_t now = now_ns();
    std::int64_t due = now;
    unsigned burst = 0;
    for (std::size_t flow = 0; !over(now); flow = flow + 1 == flows_.size() ? 0 : flow + 1) {
      if (now < due || burst == kBurst) {
        sleep_until_ns(std::max(due, now + (burst == kBurst ? kBetweenBurstsNs : 0)));
        now = now_ns();
        burst = 0;
      }
      ++burst;
      due = std::max(due, now - kLongestDebtNs) + interval_;
      send_one(flow, now);
      now = now_ns();
    }
  }

 private:
  [[nodiscard]] bool over(std::int64_t now) const {
    return stopped.load(std::memory_order_relaxed) || now >= end_;
  }

  // Until the other end is heard: what is sent before it listens would look like losses.
  void greet() {
    const Payload greeting{.magic = Payload::kGreeting};
    while (!over(now_ns())) {
      static_cast<void>(put(0, greeting));
      if (shared_.heard.load(std::memory_order_relaxed)) return;
      sleep_until_ns(now_ns() + kGreetingNs);
    }
  }

  [[nodiscard]] bool put(std::size_t flow, const Payload& payload) {
    std::array<char, 64> frame{};
    std::memcpy(frame.data(), &payload, sizeof(payload));
    return send(flows_[flow].get(), frame.data(), frame.size(), MSG_DONTWAIT) >= 0;
  }

  void send_one(std::size_t flow, std::int64_t now) {
    const Payload payload{.magic = Payload::kMagic,
                          .flow = static_cast<std::uint16_t>(flow),
                          .sequence = next_sequence_[flow],
                          .sent_at_ns = now};
    // A frame that this host's own kernel refuses never was on the way: it is not counted as sent.
    if (!put(flow, payload)) return;
    log_.add({Kind::sent, 0, payload.flow, next_sequence_[flow]++, now, now});
    shared_.sent.fetch_add(1, std::memory_order_relaxed);
  }

  std::int64_t interval_;
  std::int64_t end_;
  const std::vector<Socket>& flows_;
  Log& log_;
  Shared& shared_;
  std::vector<std::uint32_t> next_sequence_;
};

int complain(const std::string& what) {
  std::fprintf(stderr, "lagoon-traffic: %s: %s\n", what.c_str(), std::strerror(errno));
  return 1;
}

}  // namespace

int run_udp(const UdpOptions& options) {
  Socket listening;
  if (!listening.open_at(address(options.bind, options.port)))
    return complain("port " + std::to_string(options.port) + " of " + options.bind);
  // Each flow comes from a port of its own and all go to one: partners that fold both ports together (Linux,
  // net_bonding) would see no difference between flows whose two ports are alike.
  std::vector<Socket> flows(options.flows);
  for (unsigned i = 0; i < options.flows; ++i)
    if (!flows[i].open_at(address(options.bind, options.port + 1 + i)) ||
        !flows[i].connect_to(address(options.peer, options.port)))
      return complain("flow " + std::to_string(i) + " from " + options.bind + " to " + options.peer);
  Log sent;
  Log received;
  Shared shared;
  Receiver receiver{listening.get(), received, shared};
  Sender sender{options, flows, sent, shared};
  std::thread hearing{[&] { receiver.run(); }};
  sender.run();
  sleep_until_ns(now_ns() + std::int64_t{options.drain_ms} * 1'000'000);
  shared.end.store(true, std::memory_order_relaxed);
  hearing.join();
  if (!sent.write(options.log + ".sent") || !received.write(options.log + ".received"))
    return complain(options.log);
  return 0;
}

}  // namespace lagoon::traffic
