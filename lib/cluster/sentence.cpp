#include "cluster/sentence.hpp"

#include <array>
#include <cstddef>

#include "base/mac_address.hpp"
#include "cluster/event.hpp"
#include "cluster/filled.hpp"

namespace lagoon::cluster {

std::string_view name_of(Role role) noexcept {
  constexpr std::array<std::string_view, 6> kNames{"standby",  "holder",      "releasing",
                                                   "isolated", "independent", "refused"};
  return kNames.at(static_cast<std::size_t>(role));
}

std::string_view name_of(Why why) noexcept {
  constexpr std::array<std::string_view, 15> kNames{
      "starting",  "lease",  "promise", "other_carries", "nobody", "unfit",    "wanted", "preferred",
      "not_taken", "unused", "leaving", "over",          "alone",  "identity", "name"};
  return why == Why::independent ? "independent" : kNames.at(static_cast<std::size_t>(why));
}

std::string_view name_of(EventKind kind) noexcept {
  constexpr std::array<std::string_view, 12> kNames{
      "role",         "coordination_lost", "coordination_back", "denied",
      "peer_lost",    "peer_back",         "name_taken",        "peer_ambiguous",
      "peer_foreign", "identity_differs",  "miswired",          "back_in_time"};
  return kNames.at(static_cast<std::size_t>(kind));
}

std::string to_string(const SystemId& id) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (int shift = 12; shift >= 0; shift -= 4) text += kDigits[(id.priority >> shift) & 0xF];
  return text + '-' + lagoon::to_string(id.mac);
}

namespace {

std::string_view words_of(Why why) noexcept {
  switch (why) {
    case Why::starting:
      return "it has just started";
    case Why::lease:
      return "it holds the LAG's key in etcd";
    case Why::promise:
      return "etcd is in doubt, and the other box has promised to stand by";
    case Why::other_carries:
      return "the other box has the LAG";
    case Why::nobody:
      return "no box has the LAG, and this one may not take it yet";
    case Why::unfit:
      return "it has no member with a Partner, or no uplink";
    case Why::wanted:
      return "an operator wants the other box to carry";
    case Why::preferred:
      return "the other box is preferred, and is fit again";
    case Why::not_taken:
      return "the Partner has taken the other box";
    case Why::unused:
      return "it has promised to stand by, and gives its claim away";
    case Why::leaving:
      return "it leaves";
    case Why::over:
      return "its claim is over, and it has no new one yet";
    case Why::alone:
      return "it hears neither etcd nor the other box";
    case Why::identity:
      return "its System ID, priority, key or mode is not the agreed one";
    case Why::name:
      return "another box has its name, and each needs a `node` of its own";
    case Why::independent:
      return "the mode is independent";
  }
  return "";
}

}  // namespace

std::string sentence_of(std::string_view lag, const LagOrder& order, const Self& self, const OtherSide& other,
                        std::string_view fault) {
  const std::string id = to_string(order.id);
  const std::string_view why = words_of(order.why);
  switch (order.role) {
    case Role::holder:
      return order.epoch == Revision{}
                 ? filled("{}: {} (this box) carries as {}: {}", {lag, self.node, id, why})
                 : filled("{}: {} (this box) carries as {}, epoch {}: {}",
                          {lag, self.node, id, std::to_string(order.epoch.value()), why});
    case Role::isolated:
      return filled("{}: {} (this box) offers itself under an ID of its own, {}, and the Partner chooses: {}",
                    {lag, self.node, id, why});
    case Role::independent:
      return order.sync ? filled("{}: {} (this box) carries as {}, and so may {}: {}",
                                 {lag, self.node, id, self.other, why})
                        : filled("{}: {} (this box) does not carry: {}; {} may, as {}",
                                 {lag, self.node, words_of(Why::unfit), self.other, id});
    case Role::releasing:
      return filled("{}: {} (this box) gives the LAG away: {}", {lag, self.node, why});
    case Role::refused:
      return filled("{}: {} (this box) does not take part: {}",
                    {lag, self.node, fault.empty() ? why : fault});
    case Role::standby:
      break;
  }
  if (order.why == Why::other_carries && other.known)
    return filled("{}: {} carries as {}; {} (this box) stands by",
                  {lag, self.other, to_string(other.report.using_id), self.node});
  return filled("{}: {} (this box) stands by: {}", {lag, self.node, why});
}

std::optional<std::string> difference(const LagIdentity& ours, const LagIdentity& agreed) {
  const auto mode = [](Mode m) { return std::string_view{m == Mode::standby ? "standby" : "independent"}; };
  if (ours.system.mac != agreed.system.mac)
    return filled("system-id is {} here and {} in etcd",
                  {lagoon::to_string(ours.system.mac), lagoon::to_string(agreed.system.mac)});
  if (ours.system.priority != agreed.system.priority)
    return filled("system-priority is {} here and {} in etcd",
                  {std::to_string(ours.system.priority), std::to_string(agreed.system.priority)});
  if (ours.key != agreed.key)
    return filled("key is {} here and {} in etcd", {std::to_string(ours.key), std::to_string(agreed.key)});
  if (ours.mode != agreed.mode)
    return filled("mode is {} here and {} in etcd", {mode(ours.mode), mode(agreed.mode)});
  return std::nullopt;
}

std::optional<std::string> two_partners(const PartnerSeen& ours, const PartnerSeen& theirs,
                                        const Self& self) {
  if (!ours.known() || !theirs.known() || ours == theirs) return std::nullopt;
  return filled("members of {} lead to the Partner {}, key {}, those of {} to {}, key {}: look at the cables",
                {self.node, to_string(ours.system), std::to_string(ours.key), self.other,
                 to_string(theirs.system), std::to_string(theirs.key)});
}

}  // namespace lagoon::cluster
