#include <algorithm>

#include "config/limits.hpp"
#include "config/rules/validator.hpp"
#include "config/text/suggest.hpp"
#include "config/values/device_name.hpp"

namespace lagoon::config {

void Validator::lag(std::size_t index) {
  const Lag& lag = config_.lags[index];
  const std::string path = item_path("lags", index);
  const std::string list = list_path(lag, path);
  if (lag.listed().empty() && said_ != Said::unfinished)
    report(list,
           "LAG " + in_quotes(lag.name) + " has no members; expected 1 to " + std::to_string(kMembersMax));
  if (lag.listed().size() > kMembersMax)
    report(list, "LAG " + in_quotes(lag.name) + " has " + std::to_string(lag.listed().size()) +
                     " members; expected at most " + std::to_string(kMembersMax));
  effects(lag, path);
  links(lag, path);
  addresses(lag, path);
  address_rules(lag, path);
  monitor(lag, path);
  weights(lag, path);
  moves(lag, path);
  mtu(lag, path);
  traffic(lag, path);
  formation(lag, path);
  names_member(lag, path, "primary", lag.options.active.primary);
  names_member(lag, path, "mac-from", lag.options.mac_from);
  FirstUse names;
  for (std::size_t i = 0; i < lag.listed().size(); ++i) {
    const std::string member = item_path(list, i);
    if (!source_.broken(key_path(member, "source")) && !repeated_.contains(member) &&
        !lag.listed()[i].name.empty())
      is_first(names, lag.listed()[i].name, key_path(member, "name"), "member name");
  }
  port_numbers(lag, path);
}

void Validator::links(const Lag& lag, const std::string& path) {
  struct Threshold {
    std::string key;
    std::size_t links;
  };
  const std::size_t members = lag.listed().size();
  const auto lower = [&](const Threshold& low, const Threshold& high) {
    if (low.links > high.links)
      report(key_path(path, low.key), low.key + " is " + std::to_string(low.links) + ", above " + high.key +
                                          " (" + std::to_string(high.links) + "); expected at most that");
    return low.links <= high.links;
  };
  const Threshold min{"min-links", lag.options.lacp.min_links};
  const Threshold up{"min-links-up", lag.options.lacp.min_links_up};
  const Threshold max{"max-links", lag.options.lacp.max_links};
  const bool members_known =
      members != 0 && said_ != Said::unfinished && !source_.unread(list_path(lag, path));
  const auto possible = [&](const Threshold& threshold) {
    if (source_.broken(key_path(path, threshold.key))) return true;
    if (members_known && threshold.links > members) {
      report(key_path(path, threshold.key), threshold.key + " is " + std::to_string(threshold.links) +
                                                ", but the LAG has " + std::to_string(members) +
                                                (members == 1 ? " member" : " members") +
                                                "; it would never come up");
      return false;
    }
    return source_.broken(key_path(path, max.key)) || lower(threshold, max);
  };
  if (!possible(min) || up.links == min.links) return;
  if (up.links < min.links) {
    if (!source_.broken(key_path(path, min.key)))
      report(key_path(path, up.key), "min-links-up is " + std::to_string(up.links) + ", below min-links (" +
                                         std::to_string(min.links) + "); expected at least that");
    return;
  }
  possible(up);
}

// A LAG gives its MTU to its members, and to the tap that is the kernel's way to it.
void Validator::mtu(const Lag& lag, const std::string& path) {
  if (!lag.options.port.mtu || *lag.options.port.mtu <= kTapMtuMost) return;
  const auto refuse = [&](const std::string& of) {
    report(key_path(path, "mtu"), "mtu is " + std::to_string(*lag.options.port.mtu) + ", and " + of +
                                      " is a tap, whose driver takes " + std::to_string(kTapMtuMost) +
                                      " at most; expected that, or less");
  };
  for (const Member& member : lag.listed())
    if (is_tap(member.source)) return refuse("member " + in_quotes(member.name));
  for (const Forward& forward : config_.forward) {
    if (forward.a != lag.name && forward.b != lag.name) continue;
    const std::string& other = forward.a == lag.name ? forward.b : forward.a;
    const auto port = std::ranges::find(config_.ports, other, &Port::name);
    if (port != config_.ports.end() && is_tap(port->source)) return refuse("port " + in_quotes(other));
  }
}

void Validator::addresses(const Lag& lag, const std::string& path) {
  if (lag.options.lacp.system.is_group())
    report(key_path(path, "lacp.system-id"),
           "system-id " + to_string(lag.options.lacp.system) +
               " is a group address; expected an individual one (an even first octet)");
  if (!lag.options.mac) return;
  if (lag.options.mac->is_group() || lag.options.mac->is_zero())
    report(key_path(path, "mac"),
           "mac " + to_string(*lag.options.mac) +
               " is no station's address; expected an individual one (an even first octet)");
}

void Validator::port_numbers(const Lag& lag, const std::string& path) {
  std::map<std::uint16_t, std::size_t> set;
  const auto number_path = [&](std::size_t i) {
    return key_path(item_path(list_path(lag, path), i), "lacp.port-number");
  };
  for (std::size_t i = 0; i < lag.listed().size(); ++i) {
    if (!lag.listed()[i].port_number) continue;
    const auto [first, is_new] = set.emplace(*lag.listed()[i].port_number, i);
    if (!is_new)
      report(number_path(i), "port-number " + std::to_string(first->first) + " is used already by member " +
                                 in_quotes(lag.listed()[first->second].name) +
                                 line_of(number_path(first->second)) + "; expected another");
  }
  for (std::size_t i = 0; i < lag.listed().size(); ++i) {
    if (lag.listed()[i].port_number || source_.broken(number_path(i))) continue;
    const auto taken = set.find(static_cast<std::uint16_t>(i + 1));
    if (taken != set.end())
      report(number_path(taken->second), "port-number " + std::to_string(i + 1) + " is what member " +
                                             in_quotes(lag.listed()[i].name) + line_of(number_path(i)) +
                                             " has by its position; number that one too, or take another");
  }
}

}  // namespace lagoon::config
