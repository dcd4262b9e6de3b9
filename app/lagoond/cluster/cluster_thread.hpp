// ClusterThread: what two boxes decide about the LAGs that both have. It carries out what cluster::Node asks
// for: requests of etcd, messages to the other box, orders for the control lcore (docs/cluster.md).
//
// It waits for nobody: etcd and the other box may be silent for as long as they like.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "cluster/node.hpp"
#include "config/model.hpp"
#include "dpdk/engine/engine.hpp"
#include "dpdk/multichassis/desk.hpp"
#include "lagoond/cluster/cluster_options.hpp"
#include "lagoond/cluster/cluster_status.hpp"
#include "lagoond/cluster/peer_channel.hpp"
#include "lagoond/cluster/stations.hpp"
#include "lagoond/cluster/wish.hpp"
#include "lagoond/etcd/client.hpp"

namespace lagoon::lagoond {

class ClusterThread final : private etcd::Listener {
 public:
  /// What can go wrong before there is an Engine.
  struct Ready {
    ClusterOptions options{};
    std::unique_ptr<etcd::Client> client{};
    std::optional<PeerChannel> peer{};
  };
  /// Nothing: no LAG is of two boxes. Errors: a file with a secret, a certificate, the channel's address.
  [[nodiscard]] static Result<std::optional<Ready>> prepare(const config::Config& config);
  /// The thread inherits the caller's CPUs and blocked signals; `engine`, which has a desk, outlives it.
  /// Errors: system.
  [[nodiscard]] static Result<std::unique_ptr<ClusterThread>> start(dpdk::Engine& engine, Ready ready);
  ~ClusterThread();
  ClusterThread(const ClusterThread&) = delete;
  ClusterThread& operator=(const ClusterThread&) = delete;

  /// LAGs are given to the other box; then, or when that takes too long, `then` is called in this object's
  /// thread. Thread: any; does not wait. Once.
  void leave(std::function<void()> then);

  // An operator's. Thread: any.

  [[nodiscard]] ClusterStatus status() const;
  /// Which box is to carry the LAG; an empty name: whoever may. It waits for etcd, two seconds at most.
  /// Errors: no_such_thing, busy (etcd does not answer), permission.
  [[nodiscard]] Result<std::string> want(const std::string& lag, const std::string& node);
  /// The other box is to carry all LAGs; false: whichever may. As want() for each.
  [[nodiscard]] Result<std::string> drain(bool drained);
  /// The LAG goes back to the System of the configuration.
  [[nodiscard]] Result<std::string> take_back(const std::string& lag);

 private:
  ClusterThread(dpdk::Engine& engine, const ClusterOptions& options, std::uint64_t incarnation,
                std::unique_ptr<etcd::Client> client, std::optional<PeerChannel> peer);
  void answered(cluster::RequestId id, const cluster::Answer& answer) override;
  void failed(cluster::RequestId id, std::string_view words) override;
  void watched(cluster::WatchId id, const std::vector<cluster::Change>& changes) override;
  void watch_ended(cluster::WatchId id, std::string_view words) override;
  void skipped(std::string_view words) override;

  void run();
  void take_news();
  void tell_stations();
  void carry_out();
  void tell_events();
  [[nodiscard]] std::string reason_of(cluster::EventKind kind) const;
  [[nodiscard]] std::string peer_fault(Instant now) const;
  void take_commands();
  void look_at_end();
  void put_status();
  [[nodiscard]] std::optional<std::size_t> seat_of(std::string_view lag) const;

  dpdk::MultichassisDesk& desk_;
  cluster::Options options_;
  cluster::Node node_;
  std::unique_ptr<etcd::Client> client_;
  std::optional<PeerChannel> peer_;
  Stations stations_;
  std::vector<bool> carries_;  // by seat: announced since this box carries
  Wish wish_{};                // an operator's, on its way
  std::uint64_t requests_ = 0;
  std::uint64_t failures_ = 0;
  std::string words_{};  // of etcd's last failure
  Instant next_status_{};

  // Between threads.
  mutable std::mutex mutex_{};
  ClusterStatus status_{};
  std::vector<std::size_t> take_back_{};
  std::function<void()> then_{};
  std::optional<Instant> leave_until_{};  // (of this object's thread)
  bool left_ = false;
  std::atomic<bool> leave_{false};
  std::atomic<bool> end_{false};
  int wake_ = -1;
  std::thread thread_;
};

}  // namespace lagoon::lagoond
