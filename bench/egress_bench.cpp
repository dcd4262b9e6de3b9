// What the queues in front of members cost: the Frame Distributor with ports that take everything, against
// the same with queues between. No DPDK; frames lie apart from each other as mbufs do. Each case is run many
// times in turn with the others, and the medians are compared.
#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <memory>
#include <vector>

#include "fast/distribute/distributor.hpp"
#include "fast/egress/egress.hpp"
#include "fast/egress/queueing_tx.hpp"
#include "fast/egress/storage.hpp"
#include "support/flow_frames.hpp"
#include "support/reference_meter.hpp"
#include "table/port_table_builder.hpp"

namespace lagoon::bench {

struct Frame {
  std::span<std::byte> octets;
};

}  // namespace lagoon::bench

template <>
struct lagoon::fast::PacketTraits<lagoon::bench::Frame> {
  using P = lagoon::bench::Frame;
  static std::span<const std::byte> headers(const P& p) noexcept { return p.octets; }
  static std::span<std::byte> writable_headers(P& p) noexcept { return p.octets; }
  static std::uint32_t length(const P& p) noexcept { return static_cast<std::uint32_t>(p.octets.size()); }
  static std::optional<std::uint32_t> nic_hash(const P&) noexcept { return std::nullopt; }
  static bool is_ip(const P&) noexcept { return false; }
  static bool is_tcp_or_udp(const P&) noexcept { return false; }
  static void prefetch(const P& p) noexcept { __builtin_prefetch(p.octets.data()); }
  static void each_segment(const P& p, auto&& use) noexcept { use(headers(p)); }
  static void set_source(P&, const MacAddress&) noexcept {}
  static void set_destination(P&, const MacAddress&) noexcept {}
  static void share(P&, std::uint16_t) noexcept {}
  static void unshare(P&, std::uint16_t) noexcept {}
  static void release(P&) noexcept {}
};

namespace lagoon::bench {
namespace {

constexpr std::size_t kFrames = 1024;
constexpr std::size_t kConversations = 200;
constexpr std::size_t kBurst = 32;
constexpr std::size_t kMembers = 4;
constexpr int kRounds = 401;
constexpr int kPasses = 4;  // over all frames, in one round: short ones are seldom interrupted

class Frames {
 public:
  Frames() : memory_(kFrames * kApart) {
    constexpr std::array<unsigned, 4> kDscp{46, 34, 10, 0};
    for (std::size_t i = 0; i < kFrames; ++i) {
      test::FlowFrame frame;
      const auto conversation = static_cast<std::uint32_t>(i % kConversations);
      frame.macs()
          .ipv4({.source = 0x0a000000U + conversation})
          .udp(static_cast<std::uint16_t>(conversation), 80)
          .zeros(18);
      const std::span to{memory_.data() + i * kApart, frame.octets().size()};
      std::ranges::copy(frame.octets(), to.begin());
      to[15] = static_cast<std::byte>(kDscp[conversation % 4] << 2);
      frames_[i] = {to};
    }
  }
  [[nodiscard]] Frame* at(std::size_t i) noexcept { return &frames_[i]; }

 private:
  static constexpr std::size_t kApart = 2176;
  std::vector<std::byte> memory_;
  std::array<Frame, kFrames> frames_;
};

struct Port {
  std::uint64_t taken = 0;
  std::size_t send(MemberIndex, std::span<Frame*> frames) noexcept {
    taken += frames.size();
    return frames.size();
  }
  void free(std::span<Frame*>) noexcept {}
};

class Queues {
 public:
  using Egress = fast::Egress<Frame, test::ReferenceMeter>;

  explicit Queues(const qos::TrafficOptions& options) : policy_{qos::TrafficPolicy::from(options).value()} {
    for (auto& one : members_) one = std::make_unique<Member>(policy_);
  }
  [[nodiscard]] Egress* of(MemberIndex member) noexcept { return &members_[member.value()]->egress; }
  void set_speed(BitsPerSecond speed) {
    for (auto& one : members_) one->egress.set_speed(speed);
  }

 private:
  struct Member {
    explicit Member(const qos::TrafficPolicy& policy)
        : storage{policy}, meter{policy}, egress{policy, storage.memory(), meter, counters} {}
    fast::EgressStorage<Frame> storage;
    test::ReferenceMeter meter;
    fast::EgressCounters counters;
    Egress egress;
  };
  qos::TrafficPolicy policy_;
  std::array<std::unique_ptr<Member>, kMembers> members_;
};

table::PortTable table_of() {
  table::PortTable table{};
  table.distributing = (1U << kMembers) - 1;
  for (std::size_t i = 0; i < table.bucket.size(); ++i)
    table.bucket[i] = static_cast<std::uint8_t>(i % kMembers);
  return table;
}

// Of this thread, so that others on the machine count less.
double cpu_time_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

class Case {
 public:
  Case(const char* of_name, Frames& frames, const table::PortTable& table, std::unique_ptr<Queues> queues,
       std::size_t backlog)
      : name{of_name}, frames_{frames}, table_{table}, queues_{std::move(queues)} {
    for (std::size_t i = 0; queues_ && i < backlog; ++i) pass(0);
  }
  const char* name;

  double round() {
    const double before = cpu_time_ns();
    for (int i = 0; i < kPasses; ++i) pass(queues_ ? 1 : 0);
    return (cpu_time_ns() - before) / (kPasses * static_cast<double>(kFrames));
  }

 private:
  // Serving lets out what was put in, so a backlog stays.
  void pass(int serve) {
    for (std::size_t i = 0; i < kFrames; i += kBurst) {
      std::array<Frame*, kBurst> burst;
      for (std::size_t k = 0; k < kBurst; ++k) burst[k] = frames_.at(i + k);
      if (!queues_) {
        static_cast<void>(fast::distribute(table_, std::span<Frame*>{burst}, port_, state_, *counters_));
        continue;
      }
      now_ += 2us;
      fast::QueueingTx<Frame, Queues, Port, Port> tx{*queues_, port_, port_, table_.options.hash, now_};
      static_cast<void>(fast::distribute(table_, std::span<Frame*>{burst}, tx, state_, *counters_));
      for (std::uint8_t m = 0; serve != 0 && m < kMembers; ++m)
        queues_->of(MemberIndex{m})->serve(MemberIndex{m}, port_, now_, kBurst / kMembers);
    }
  }

  Frames& frames_;
  const table::PortTable& table_;
  std::unique_ptr<Queues> queues_;
  Port port_;
  fast::DistributorState state_{};
  std::unique_ptr<fast::LagCounters> counters_ = std::make_unique<fast::LagCounters>();
  Instant now_{};
};

qos::TrafficOptions classes(std::size_t count) {
  static const std::array<qos::ClassOptions, 4> all{{{.name = "a", .priority = 0, .dscp = {46}},
                                                     {.name = "b", .priority = 1, .dscp = {34}},
                                                     {.name = "c", .weight = 3, .dscp = {10}},
                                                     {.name = "d"}}};
  qos::TrafficOptions options;
  options.classes.assign(all.end() - static_cast<std::ptrdiff_t>(count), all.end());
  return options;
}

qos::TrafficOptions with_matches() {
  qos::TrafficOptions options = classes(4);
  for (std::uint16_t i = 0; i < 8; ++i)
    options.match.push_back({.protocol = 6, .destination_port = qos::PortRange{i, i}, .class_name = "b"});
  return options;
}

qos::TrafficOptions shaped() {
  qos::TrafficOptions options = classes(4);
  options.shape = true;
  return options;
}

int run() {
  Frames frames;
  const table::PortTable table = table_of();
  std::vector<std::unique_ptr<Case>> cases;
  const auto add = [&](const char* name, std::unique_ptr<Queues> queues, std::size_t backlog = 0) {
    cases.push_back(std::make_unique<Case>(name, frames, table, std::move(queues), backlog));
  };
  add("no queues", nullptr);
  add("one class", std::make_unique<Queues>(classes(1)));
  add("four classes", std::make_unique<Queues>(classes(4)));
  auto with_speed = std::make_unique<Queues>(shaped());
  with_speed->set_speed(mbps(100'000));
  add("four classes, shaped", std::move(with_speed));
  add("four classes, eight matches", std::make_unique<Queues>(with_matches()));
  add("four classes, 2000 frames waiting", std::make_unique<Queues>(classes(4)), 2);
  add("four classes, full", std::make_unique<Queues>(classes(4)), 20);
  std::vector<std::vector<double>> times(cases.size());
  for (int round = 0; round < kRounds; ++round)
    for (std::size_t i = 0; i < cases.size(); ++i) times[i].push_back(cases[i]->round());
  double plain = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    std::ranges::nth_element(times[i], times[i].begin() + kRounds / 2);
    const double median = times[i][kRounds / 2];
    if (i == 0) plain = median;
    std::printf("%-36s %6.1f ns/frame   %5.2f of no queues   +%.1f ns\n", cases[i]->name, median,
                median / plain, median - plain);
  }
  return 0;
}

}  // namespace
}  // namespace lagoon::bench

int main() {
  return lagoon::bench::run();
}
