// Members: which ethdevs of the program are members of one LAG. A member that is there is owned from then on,
// so that the program sees one port; one that comes later is taken when it comes.
//
// Thread: any; DPDK's events come in the thread that probes.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/mac_address.hpp"
#include "config/model.hpp"
#include "shared.hpp"

namespace lagoon::pmd {

class Members {
 public:
  /// `port`: the LAG's own. Precondition: `shared` outlives it.
  Members(std::string device, std::uint16_t port, Shared& shared);
  ~Members();
  Members(const Members&) = delete;
  Members& operator=(const Members&) = delete;

  /// Takes those of `members` that are there, and gives each its ethdev's name and devargs. With `probe`,
  /// those with devargs of their own are made. Errors: of the first that can't be had; the others are taken.
  [[nodiscard]] Result<void> take_all(std::vector<config::Member>& members, bool probe);
  /// Errors: no_such_thing, busy (somebody else's), invalid_argument (the LAG itself).
  [[nodiscard]] Result<std::uint16_t> take(config::Member& member, bool probe = false);
  /// A port that is about to be: its name is known, and most of DPDK does not find it yet.
  void coming(std::uint16_t port, std::vector<config::Member>& members);
  /// The program may have it again.
  void release(std::uint16_t port);
  void release_all();
  /// It is gone: only forgotten.
  bool forget(std::uint16_t port);

  /// Before the LAG runs, which gives members their addresses itself: what the program finds at a member.
  /// Nothing: its own again. A port that can't keeps what it has.
  void wear(std::uint16_t port, std::optional<MacAddress> address);

  /// Gives a member that is there its ethdev's name and devargs.
  static void describe_known(config::Member& member);

  [[nodiscard]] bool has(std::uint16_t port) const;
  /// DPDK's owner of the members.
  [[nodiscard]] std::uint64_t owner() const noexcept { return owner_; }
  [[nodiscard]] std::vector<std::uint16_t> ports() const;

 private:
  [[nodiscard]] Result<void> own(std::uint16_t port);
  void publish();

  std::string device_;
  std::uint16_t port_;
  Shared& shared_;
  std::uint64_t owner_ = RTE_ETH_DEV_NO_OWNER;
  mutable std::mutex mutex_;
  std::vector<std::uint16_t> ports_;
  std::map<std::uint16_t, MacAddress> own_addresses_;  // of those that wear another one
};

/// The port of a name, PCI address or port id, if it is there.
[[nodiscard]] std::optional<std::uint16_t> find_port(std::string_view said);
[[nodiscard]] std::string name_of_port(std::uint16_t port);

}  // namespace lagoon::pmd
