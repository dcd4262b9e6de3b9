// net_bonding's API over LagPort: members, modes, addresses, link monitoring.
#include "ports.hpp"

#include <rte_bus_vdev.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "lacp.hpp"
#include "options/effect.hpp"
#include "options/lag_rows.hpp"
#include "options/mode.hpp"

namespace lagoon::pmd::bond {

namespace {

constexpr std::string_view kTheirs = "net_bonding";
constexpr std::string_view kOurs = "net_lagoon";
// What the API has no words for, for all LAGs that a program makes with it.
constexpr const char* kMoreOptions = "LAGOON_BOND_OPTIONS";

// As net_bonding, which sends nothing on a member that the program did not: its programs count frames.
constexpr std::string_view kQuiet = "lldp.transmit=false";

std::string our_name(std::string_view name) {
  if (name.starts_with(kOurs)) return std::string{name};
  if (name.starts_with(kTheirs)) name.remove_prefix(kTheirs.size());
  return std::string{kOurs} + (name.starts_with('_') ? "" : "_") + std::string{name};
}

bool is_ours(std::uint16_t port) {
  return find_lag(port) != nullptr;
}

// All members but one.
bool carry_their_own(const control::LagOptions& options) {
  switch (control::row_of(options.mode).addresses) {
    case control::Addresses::same:
      return false;
    case control::Addresses::fail_over_mac:
      return options.active.fail_over_mac != failover::FailOverMac::none;
    case control::Addresses::own:
      return true;
  }
  return false;
}

// While it is stopped: members get the addresses that they will have.
void dress(LagPort& lag) {
  const control::LagOptions options = lag.configuration().options;
  if (lag.is_running() || !options.mac_from.empty()) return;
  const auto first = lag.primary();
  for (const std::uint16_t member : lag.members().ports())
    lag.members().wear(member, carry_their_own(options) && first != member
                                   ? std::nullopt
                                   : std::optional{to_mac(shared_of(lag.dev()).addresses[0])});
}

// What may change which address a member has: a program may look at once.
template <typename Function>
int and_dress(std::uint16_t port, Function change) {
  return with(port, [&](LagPort& lag) {
    const Result<void> done = change(lag);
    dress(lag);
    return as_errno(lag, done);
  });
}

Result<void> define_all(LagPort& lag, std::string_view text) {
  const auto options = options_in(text);
  if (!options) return std::unexpected{options.error()};
  for (const config::SetOption& option : *options)
    if (option.key != kControlSocket) LAGOON_TRY(lag.define(option.key, option.value));
  return {};
}

// What of it is no option of the LAG, as an argument of the device.
std::string control_socket_of(std::string_view text) {
  const auto options = options_in(text);
  if (!options) return {};  // (define_all() says what is wrong)
  const auto found = std::ranges::find(*options, kControlSocket, &config::SetOption::key);
  return found == options->end() ? "" : "," + std::string{kControlSocket} + "=" + found->value;
}

int create(const char* name, std::uint8_t mode, std::uint8_t socket) {
  if (name == nullptr || *name == '\0') return -EINVAL;
  const std::string ours = our_name(name);
  const char* const more = secure_getenv(kMoreOptions);
  const std::string devargs = "mode=" + std::to_string(mode) + ",socket_id=" + std::to_string(socket) +
                              (more == nullptr ? "" : control_socket_of(more));
  if (const int error = rte_vdev_init(ours.c_str(), devargs.c_str()); error != 0) return error;
  const auto port = find_port(ours);
  if (!port) return -ENODEV;
  const int error = with(*port, [&](LagPort& lag) {
    const Result<void> quiet = define_all(lag, kQuiet);
    return as_errno(lag, quiet && more != nullptr ? define_all(lag, more) : quiet);
  });
  if (error == 0) return *port;
  static_cast<void>(rte_vdev_uninit(ours.c_str()));
  return error;
}

int destroy(const char* name) {
  if (name == nullptr) return -EINVAL;
  const std::string ours = our_name(name);
  const auto port = find_port(ours);
  return port && is_ours(*port) ? rte_vdev_uninit(ours.c_str()) : -ENODEV;
}

int add(std::uint16_t port, std::uint16_t member) {
  return and_dress(port, [&](LagPort& lag) { return lag.add_member(member); });
}

int remove(std::uint16_t port, std::uint16_t member) {
  return and_dress(port, [&](LagPort& lag) { return lag.remove_member(member); });
}

int set_mode(std::uint16_t port, std::uint8_t mode) {
  return and_dress(port, [&](LagPort& lag) { return lag.define("mode", std::to_string(mode)); });
}

int mode(std::uint16_t port) {
  return with(port, [](LagPort& lag) -> int {
    const control::ModeRow& row = control::row_of(lag.configuration().options.mode);
    // (lagg's modes have no number: that of Linux's mode like them)
    for (const control::ModeRow& other : control::kModes)
      if (!other.number.empty() && other.linux_name == row.linux_name) return other.number[0] - '0';
    return -EINVAL;
  });
}

int set_primary(std::uint16_t port, std::uint16_t member) {
  return and_dress(port, [&](LagPort& lag) { return lag.set_primary(member); });
}

int primary(std::uint16_t port) {
  return with(port, [](LagPort& lag) -> int {
    // (with net_bonding the one that has taken over is the primary from then on)
    if (lag.is_running())
      if (const auto status = lag.status(); status && status->active)
        if (const auto active = find_port(status->members[*status->active].port)) return *active;
    const auto member = lag.primary();
    return member ? *member : -ENODEV;
  });
}

int members(std::uint16_t port, std::uint16_t* out, std::uint16_t room, bool active) {
  return with(port, [&](LagPort& lag) -> int {
    std::vector<std::uint16_t> all = active ? std::vector<std::uint16_t>{} : lag.members().ports();
    if (active && lag.is_running())
      if (const auto status = lag.status()) {
        // (to net_bonding a member is active as soon as its link is up, whether the mode sends by it or not)
        for (const control::MemberStatus& member : status->members)
          if (const auto id = find_port(member.port); id && member.works) all.push_back(*id);
      }
    if (out == nullptr || all.size() > room) return -EINVAL;
    std::ranges::copy(all, out);
    return static_cast<int>(all.size());
  });
}

int set_address(std::uint16_t port, const rte_ether_addr* address) {
  return and_dress(port, [&](LagPort& lag) {
    std::optional<MacAddress> mac;
    if (address != nullptr) std::ranges::copy(address->addr_bytes, mac.emplace().octets.begin());
    return lag.set_address(mac);
  });
}

int set_policy(std::uint16_t port, std::uint8_t policy) {
  const char* const word = policy == BALANCE_XMIT_POLICY_LAYER2    ? "l2"
                           : policy == BALANCE_XMIT_POLICY_LAYER23 ? "l2+3"
                           : policy == BALANCE_XMIT_POLICY_LAYER34 ? "l3+4"
                                                                   : nullptr;
  if (word == nullptr) return -EINVAL;
  return with(port, [&](LagPort& lag) { return set(lag, "hash", word); });
}

// The nearest that net_bonding has.
int policy(std::uint16_t port) {
  return with(port, [](LagPort& lag) -> int {
    const dist::HashFields& reads = row_of(lag.configuration().options.fast.hash.policy).reads;
    if (reads.ports) return BALANCE_XMIT_POLICY_LAYER34;
    return reads.ip != dist::Ends::none ? BALANCE_XMIT_POLICY_LAYER23 : BALANCE_XMIT_POLICY_LAYER2;
  });
}

int set_time(std::uint16_t port, const char* key, std::uint32_t ms) {
  return with(port, [&](LagPort& lag) { return set(lag, key, std::to_string(ms) + (ms == 0 ? "" : "ms")); });
}

int time(std::uint16_t port, const char* key) {
  return with(port, [&](LagPort& lag) -> int {
    const control::LagOptions options = lag.configuration().options;
    const std::string_view wanted = key;
    return static_cast<int>(to_ms(wanted == "updelay"     ? options.debounce.up_delay
                                  : wanted == "downdelay" ? options.debounce.down_delay
                                                          : options.miimon));
  });
}

}  // namespace

LagPort* find_lag(std::uint16_t port) {
  if (rte_eth_dev_is_valid_port(port) == 0) return nullptr;
  const rte_eth_dev& dev = rte_eth_devices[port];
  const bool ours = dev.device != nullptr && dev.device->driver != nullptr &&
                    dev.device->driver->name != nullptr && dev.device->driver->name == kOurs;
  return ours ? static_cast<LagPort*>(dev.process_private) : nullptr;
}

int set(LagPort& lag, std::string_view key, std::string_view value) {
  const options::LagRow* const row = options::lag_row(key);
  const control::ModeRow& mode = control::row_of(lag.configuration().options.mode);
  if (!lag.is_running() || (row != nullptr && !options::has_effect(row->effect, mode)))
    return as_errno(lag, lag.define(key, value));
  const auto done = lag.execute(config::SetOption{std::string{key}, std::string{value}});
  return done ? 0 : as_errno(lag, std::unexpected{done.error()});
}

}  // namespace lagoon::pmd::bond

const lagoon::pmd::BondInterface* lagoon_pmd_bond() noexcept {
  using namespace lagoon::pmd::bond;
  static constinit const lagoon::pmd::BondInterface interface{.is_ours = is_ours,
                                                              .create = create,
                                                              .destroy = destroy,
                                                              .add = add,
                                                              .remove = remove,
                                                              .set_mode = set_mode,
                                                              .mode = mode,
                                                              .set_primary = set_primary,
                                                              .primary = primary,
                                                              .members = members,
                                                              .set_address = set_address,
                                                              .set_policy = set_policy,
                                                              .policy = policy,
                                                              .set_time = set_time,
                                                              .time = time,
                                                              .conf = conf,
                                                              .set_conf = set_conf,
                                                              .member_info = member_info,
                                                              .flag = flag,
                                                              .selection = selection,
                                                              .set_selection = set_selection,
                                                              .dedicate = dedicate};
  return &interface;
}
