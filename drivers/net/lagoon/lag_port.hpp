// LagPort: the LAG behind an ethdev of ours, in the primary process: its configuration and members from probe
// to close, and the EmbeddedLag while the port is started.
//
// Thread: the program's, one at a time or not (a lock keeps them apart); events of DPDK come in others.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "config/command/command.hpp"
#include "config/command/define_option.hpp"
#include "console/program/program_console.hpp"
#include "devargs.hpp"
#include "dpdk/control/removal_watch.hpp"
#include "dpdk/engine/embedded_lag.hpp"
#include "flows.hpp"
#include "link_events.hpp"
#include "members.hpp"
#include "shared.hpp"

namespace lagoon::pmd {

/// What the program has given the port besides its configuration, and each member gets, old and new ones.
struct PassedOn {
  std::vector<rte_eth_rss_reta_entry64> reta{};
  std::optional<rte_eth_rss_conf> rss{};
  std::vector<std::uint8_t> rss_key{};
  std::optional<int> vlan_offload{};
  Flows flows{};
};

class LagPort {
 public:
  /// `console`: the program's control socket, which stays open as long as this port is there; nothing: this
  /// one has asked for none.
  LagPort(rte_eth_dev& dev, Devargs devargs, std::shared_ptr<console::ProgramConsole> console);
  ~LagPort();
  LagPort(const LagPort&) = delete;
  LagPort& operator=(const LagPort&) = delete;

  /// Looks for members that are not there yet. With `probe`, makes those that have devargs.
  [[nodiscard]] Result<void> find_members(bool probe);
  [[nodiscard]] Result<void> configure();
  [[nodiscard]] Result<void> start();
  void stop();
  /// Hears of nothing any more, is stopped, and no thread of it is left: before members are taken away by
  /// others.
  void end();

  [[nodiscard]] bool is_running() const noexcept { return lag_ != nullptr; }
  /// Another thread starts, stops or changes it, which may take long.
  [[nodiscard]] bool is_in_use() const { return !std::unique_lock{mutex_, std::try_to_lock}.owns_lock(); }
  /// To the LAG that runs, or to what it will be started with: if a file may say so what then is.
  [[nodiscard]] Result<std::string> execute(const config::Action& action);
  /// Of the LAG that runs, or as it was when it was stopped.
  [[nodiscard]] std::optional<control::LagStatus> status();
  /// As it runs, or will.
  [[nodiscard]] config::Lag configuration();
  /// For what is fixed while it runs, or has no effect in the mode that it is in and is kept for one where it
  /// has. Errors: busy, and those of config::define_option().
  [[nodiscard]] Result<void> define(std::string_view key, std::string_view value);
  [[nodiscard]] Result<void> add_member(std::uint16_t port);
  [[nodiscard]] Result<void> remove_member(std::uint16_t port);
  /// The member whose address is the LAG's, and which is preferred in modes with an active one.
  [[nodiscard]] Result<void> set_primary(std::uint16_t port);
  [[nodiscard]] std::optional<std::uint16_t> primary() const;
  /// An address that the user chose; nothing: the first member's again.
  [[nodiscard]] Result<void> set_address(std::optional<MacAddress> address);
  [[nodiscard]] Result<void> set_link(bool up);

  [[nodiscard]] Members& members() noexcept { return members_; }
  [[nodiscard]] PassedOn& passed_on() noexcept { return passed_on_; }
  [[nodiscard]] std::vector<MacAddress>& groups() noexcept { return groups_; }
  [[nodiscard]] rte_eth_dev& dev() noexcept { return dev_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  static int on_event(std::uint16_t port, rte_eth_event_type type, void* self, void* out);
  static void report_link(void* dev);
  void device_goes(const std::string& device);
  void member_gone(std::uint16_t port, bool close);
  void link_changed(const dpdk::LagLink& link);
  /// What a member is called in the configuration; empty: it is none.
  [[nodiscard]] std::string member_name(std::uint16_t port) const;
  [[nodiscard]] Result<void> choose_address();
  [[nodiscard]] Result<config::Lag> judged(const config::Command& command) const;
  [[nodiscard]] Result<std::string> add(config::Member member);
  [[nodiscard]] Result<std::string> remove(const std::string& name, bool from_engine);
  [[nodiscard]] Result<std::string> let_go(const std::string& name,
                                           const std::function<void()>& unserved = {});
  void forget(const std::string& name, std::optional<std::uint16_t> port);
  void prefer_primary();
  [[nodiscard]] dpdk::Embedding embedding();
  void open_queues();
  void close_queues();
  void pass_on(std::uint16_t member);
  void join_removals();

  rte_eth_dev& dev_;
  const std::string name_;
  std::shared_ptr<console::ProgramConsole> console_;
  mutable std::recursive_mutex mutex_;  // (a probe within a call of ours gives events)
  config::Lag config_;
  std::string primary_;
  bool address_chosen_ = false;  // by the user, not a member's
  Members members_;
  PassedOn passed_on_{};
  std::vector<MacAddress> groups_;
  std::vector<std::string> downed_;  // members that set_link(false) has disabled
  std::unique_ptr<dpdk::EmbeddedLag> lag_;
  std::optional<control::LagStatus> last_status_{};
  std::mutex removals_mutex_;
  std::vector<std::thread> removals_;
  std::vector<std::uint16_t> leaving_;  // whose devices are about to go: they may be told again
  std::optional<dpdk::RemovalWatch> watch_{};
  // A program that hears of a member's link finds the LAG as it is then. Who has the lock has its own reasons
  // to wait.
  LinkEvents links_{[this] {
    const std::unique_lock lock{mutex_, std::try_to_lock};
    if (lock.owns_lock() && is_running()) lag_->catch_up();
  }};
};

/// The LagPort of an ethdev of ours; only in the primary process.
[[nodiscard]] inline LagPort& lag_of(const rte_eth_dev& dev) noexcept {
  return *static_cast<LagPort*>(dev.process_private);
}
/// Logs what is wrong, and gives it as DPDK has it: 0, or a negative errno.
[[nodiscard]] int as_errno(const LagPort& lag, const Result<void>& result);
[[nodiscard]] int errno_of(Errc code) noexcept;

}  // namespace lagoon::pmd
