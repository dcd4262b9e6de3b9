#include "demo/traffic/udp.hpp"

#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "demo/traffic/clock.hpp"
#include "demo/traffic/payload.hpp"
#include "demo/traffic/record.hpp"

namespace lagoon::traffic {

namespace {

constexpr std::int64_t kProgressNs = 250'000'000;
constexpr int kReceiveBuffer = 4 << 20;

class Flow {
 public:
  ~Flow() {
    if (socket_ >= 0) close(socket_);
  }
  Flow() = default;
  Flow(Flow&& other) noexcept : socket_{std::exchange(other.socket_, -1)} {}
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;
  Flow& operator=(Flow&&) = delete;

  [[nodiscard]] bool open(const UdpOptions& options, unsigned number) {
    socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    if (socket_ < 0) return false;
    setsockopt(socket_, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on));
    if (setsockopt(socket_, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof(kReceiveBuffer)) != 0)
      setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof(kReceiveBuffer));
    const sockaddr_in here = address(options.bind, options.port + number);
    const sockaddr_in there = address(options.peer, options.port + number);
    return bind(socket_, reinterpret_cast<const sockaddr*>(&here), sizeof(here)) == 0 &&
           connect(socket_, reinterpret_cast<const sockaddr*>(&there), sizeof(there)) == 0;
  }
  [[nodiscard]] int descriptor() const noexcept { return socket_; }

 private:
  static sockaddr_in address(const std::string& text, unsigned port) {
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_port = htons(static_cast<std::uint16_t>(port));
    inet_pton(AF_INET, text.c_str(), &a.sin_addr);
    return a;
  }
  int socket_ = -1;
};

class Receiver {
 public:
  Receiver(const std::vector<Flow>& flows, Log& log) : flows_{flows}, log_{log}, overflow_(flows.size()) {
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    for (std::size_t i = 0; i < flows.size(); ++i) {
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      epoll_ctl(epoll_, EPOLL_CTL_ADD, flows[i].descriptor(), &event);
    }
  }
  ~Receiver() { close(epoll_); }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  void run(const std::atomic<bool>& end, const std::atomic<std::uint64_t>& sent) {
    std::array<epoll_event, 32> ready;
    while (!end.load(std::memory_order_relaxed)) {
      const int count = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), 50);
      for (int i = 0; i < count; ++i) drain(ready[static_cast<std::size_t>(i)].data.u64);
      print_progress(sent.load(std::memory_order_relaxed));
    }
    for (std::size_t i = 0; i < flows_.size(); ++i)
      if (overflow_[i] != 0)
        log_.add({Kind::overflow, 0, static_cast<std::uint16_t>(i), overflow_[i], now_ns(), 0});
  }

 private:
  // For whoever watches: frames sent and received so far.
  void print_progress(std::uint64_t sent) {
    const std::int64_t now = now_ns();
    if (now < next_progress_) return;
    next_progress_ = now + kProgressNs;
    std::printf("%ju %ju\n", static_cast<std::uintmax_t>(sent), static_cast<std::uintmax_t>(received_));
    std::fflush(stdout);
  }

  void drain(std::size_t flow) {
    for (;;) {
      std::array<char, 2048> room;
      alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(std::uint32_t))> control;
      iovec part{.iov_base = room.data(), .iov_len = room.size()};
      msghdr message{};
      message.msg_iov = &part;
      message.msg_iovlen = 1;
      message.msg_control = control.data();
      message.msg_controllen = control.size();
      const ssize_t size = recvmsg(flows_[flow].descriptor(), &message, MSG_DONTWAIT);
      // (ECONNREFUSED: the other end was not there yet)
      if (size < 0 && errno == ECONNREFUSED) continue;
      if (size < 0) return;
      const cmsghdr* const extra = CMSG_FIRSTHDR(&message);
      if (extra != nullptr && extra->cmsg_type == SO_RXQ_OVFL)
        std::memcpy(&overflow_[flow], CMSG_DATA(extra), sizeof(std::uint32_t));
      Payload payload;
      if (static_cast<std::size_t>(size) < sizeof(payload)) continue;
      std::memcpy(&payload, room.data(), sizeof(payload));
      if (payload.magic != Payload::kMagic) continue;
      ++received_;
      log_.add({Kind::received, 0, payload.flow, payload.sequence, now_ns(), payload.sent_at_ns});
    }
  }

  const std::vector<Flow>& flows_;
  Log& log_;
  std::vector<std::uint32_t> overflow_;
  int epoll_ = -1;
  std::uint64_t received_ = 0;
  std::int64_t next_progress_ = 0;
};

void send_all(const UdpOptions& options, const std::vector<Flow>& flows, Log& log,
              std::atomic<std::uint64_t>& sent) {
  prctl(PR_SET_TIMERSLACK, 1'000UL);
  std::array<char, 64> frame{};
  std::vector<std::uint32_t> next_sequence(flows.size());
  const std::int64_t interval = 1'000'000'000 / options.rate;
  const std::int64_t end =
      options.seconds == 0 ? INT64_MAX : now_ns() + std::int64_t{options.seconds} * 1'000'000'000;
  std::int64_t due = now_ns();
  for (std::size_t flow = 0; !stopped.load(std::memory_order_relaxed);
       flow = flow + 1 == flows.size() ? 0 : flow + 1) {
    std::int64_t now = now_ns();
    if (now < due) {
      sleep_until_ns(due);
      now = now_ns();
    }
    if (now >= end) return;
    if (now - due > kCatchUpNs) due = now;
    due += interval;
    const Payload payload{Payload::kMagic, static_cast<std::uint16_t>(flow), 0, next_sequence[flow], 0, now};
    std::memcpy(frame.data(), &payload, sizeof(payload));
    // A frame that this host's own kernel refuses never was on the way: it is not counted as sent.
    if (send(flows[flow].descriptor(), frame.data(), frame.size(), MSG_DONTWAIT) < 0) continue;
    log.add({Kind::sent, 0, payload.flow, next_sequence[flow]++, now, now});
    sent.fetch_add(1, std::memory_order_relaxed);
  }
}

}  // namespace

int run_udp(const UdpOptions& options) {
  std::vector<Flow> flows(options.flows);
  for (unsigned i = 0; i < options.flows; ++i)
    if (!flows[i].open(options, i)) {
      std::fprintf(stderr, "lagoon-traffic: flow %u from %s to %s: %s\n", i, options.bind.c_str(),
                   options.peer.c_str(), std::strerror(errno));
      return 1;
    }
  Log sent;
  Log received;
  std::atomic<bool> end = false;
  Receiver receiver{flows, received};
  std::atomic<std::uint64_t> sent_count = 0;
  std::thread listening{[&] { receiver.run(end, sent_count); }};
  send_all(options, flows, sent, sent_count);
  sleep_until_ns(now_ns() + std::int64_t{options.drain_ms} * 1'000'000);
  end.store(true, std::memory_order_relaxed);
  listening.join();
  if (!sent.write(options.log + ".sent") || !received.write(options.log + ".received")) {
    std::fprintf(stderr, "lagoon-traffic: %s: %s\n", options.log.c_str(), std::strerror(errno));
    return 1;
  }
  return 0;
}

}  // namespace lagoon::traffic
