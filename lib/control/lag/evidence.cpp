#include "control/lag/evidence.hpp"

#include "base/units.hpp"
#include "control/journal/sentences.hpp"
#include "lacp/port_state.hpp"
#include "lacp/retry_keeper.hpp"

namespace lagoon::control {

namespace {

using lacp::Cause;
using lacp::Evidence;
using lacp::PortState;
using lacp::StateBit;
using lacp::UnselectedReason;

std::string system_words(std::uint16_t priority, const MacAddress& system) {
  return "System " + std::to_string(priority) + "," + to_string(system);
}

std::string port_words(const wire::LacpInfo& info) {
  return system_words(info.system_priority, info.system) + " key " + std::to_string(info.key) + " port " +
         std::to_string(info.port_priority) + "," + std::to_string(info.port_number);
}

std::string state_words(std::uint8_t octet) {
  std::string words;
  for (std::size_t bit = 0; bit < lacp::kStateBitNames.size(); ++bit)
    if ((octet >> bit & 1) != 0) words += (words.empty() ? "" : " ") + std::string{lacp::kStateBitNames[bit]};
  return words.empty() ? "nothing" : words;
}

std::string seconds_words(Duration d) {
  const std::int64_t tenths = d / 100ms;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

std::string said_words(const Evidence& e) {
  if (!e.heard) return "no LACPDU was heard yet";
  return "the Partner (" + port_words(e.heard->actor) + ") says " + state_words(e.heard->actor.state);
}

// Who does not hear us may speak seldom: its silence is no cause of its own.
std::string silence_words(const Evidence& e) {
  if (!e.heard) return "no LACPDU was heard yet";
  if (PortState{e.heard->actor.state}.has(StateBit::expired) || e.heard->partner.system.is_zero())
    return "the Partner did not hear us when it spoke last, " + seconds_words(e.silent) +
           " ago: " + said_words(e);
  return "no LACPDU for " + seconds_words(e.silent) + "; in the last one " + said_words(e);
}

// Each value in which what the Partner says of us is not what we are.
std::string differences(const wire::LacpInfo& said, const wire::LacpInfo& actor) {
  std::string words;
  const auto differ = [&words](std::string_view what, const std::string& theirs, const std::string& ours) {
    if (theirs != ours)
      words += (words.empty() ? "" : ", ") + std::string{what} + " " + theirs + " (it is " + ours + ")";
  };
  differ("System", to_string(said.system), to_string(actor.system));
  differ("system priority", std::to_string(said.system_priority), std::to_string(actor.system_priority));
  differ("key", std::to_string(said.key), std::to_string(actor.key));
  differ("port", std::to_string(said.port_number), std::to_string(actor.port_number));
  differ("port priority", std::to_string(said.port_priority), std::to_string(actor.port_priority));
  const auto aggregates = [](const wire::LacpInfo& info) {
    return std::string{PortState{info.state}.has(StateBit::aggregation) ? "set" : "not set"};
  };
  differ("aggregation", aggregates(said), aggregates(actor));
  return words;
}

std::string mismatch_words(const Evidence& e) {
  if (!e.heard) return {};
  if (e.heard->partner.system.is_zero())
    return "the Partner has not heard us: it names nobody as its Partner";
  return "the Partner takes us for another port: " + differences(e.heard->partner, e.actor);
}

// The end of the group's LAG ID that is, or is not, ours.
const lacp::LagIdEnd& end_of(const Evidence& e, bool ours) noexcept {
  const bool first_is_ours =
      e.group.first.system == e.actor.system && e.group.first.system_priority == e.actor.system_priority;
  return first_is_ours == ours ? e.group.first : e.group.second;
}

std::string other_lag_id_words(const Evidence& e) {
  if (!e.heard) return {};
  const wire::LacpInfo& partner = e.heard->actor;
  const lacp::LagIdEnd& in_use = end_of(e, false);
  if (partner.system != in_use.system || partner.system_priority != in_use.system_priority)
    return "split Partners: this link leads to " + system_words(partner.system_priority, partner.system) +
           ", the LAG to " + system_words(in_use.system_priority, in_use.system);
  return "the Partner has given this link key " + std::to_string(partner.key) + ", those in use key " +
         std::to_string(in_use.key);
}

std::string not_allowed_words(const Evidence& e) {
  if (!e.heard) return {};
  const wire::LacpInfo& partner = e.heard->actor;
  return "this link leads to " + system_words(partner.system_priority, partner.system) +
         ", and partner-system allows another";
}

std::string individual_words(const Evidence& e) {
  if (e.heard && !PortState{e.heard->actor.state}.has(StateBit::aggregation))
    return "the Partner does not aggregate this link, and another link has the LAG";
  return "this port may not aggregate (aggregatable), and another link has the LAG";
}

std::string reason_words(UnselectedReason reason, const Evidence& e) {
  switch (reason) {
    case UnselectedReason::none:
      return e.heard ? said_words(e) : "";
    case UnselectedReason::link_down:
      return std::string{kNoLinkSentence};
    case UnselectedReason::no_partner:
      return silence_words(e);
    case UnselectedReason::partner_not_allowed:
      return not_allowed_words(e);
    case UnselectedReason::looped:
      return "LACPDUs of our own System " + to_string(e.actor.system) + " come back: the link leads to us";
    case UnselectedReason::other_lag_id:
      return other_lag_id_words(e);
    case UnselectedReason::individual:
      return individual_words(e);
    case UnselectedReason::half_duplex:
      return "the link is half duplex";
    case UnselectedReason::key_mismatch:
      return "our key is " + std::to_string(e.actor.key) + " on this link (" +
             std::to_string(to_mbps(e.link.speed)) + " Mb/s), and " + std::to_string(end_of(e, true).key) +
             " on those in use";
    case UnselectedReason::above_max_links:
      return max_links_sentence(e.links_max, "other ports have better Port IDs");
    case UnselectedReason::disabled:
      return "LACP is off on this port: by the operator, or since the LAG ends";
    case UnselectedReason::held_out:
      return "it is held out, so that it moves no other member";
    case UnselectedReason::candidate:
      return "the LAG finds its members by itself, and has not taken it";
    case UnselectedReason::no_uplink:
      return std::string{kNoUplinkSentence};
    case UnselectedReason::stands_by:
      return std::string{kStandsBySentence};
    case UnselectedReason::unserved:
      return std::string{kUnservedSentence};
  }
  return {};
}

std::string cause_words(const lacp::Event& event) {
  const Evidence& e = event.evidence;
  switch (event.cause) {
    case Cause::none:
    case Cause::restarted:
    case Cause::wait_over:
      return {};
    case Cause::link:
      return e.link.up ? "the port has a link, " + std::to_string(to_mbps(e.link.speed)) + " Mb/s"
                       : std::string{kNoLinkSentence};
    case Cause::lacpdu:
    case Cause::partner_in_sync:
    case Cause::partner_collecting:
    case Cause::partner_not_in_sync:
      return said_words(e);
    case Cause::partner_not_collecting:
      return said_words(e) + ", and knows us as " +
             (e.heard ? state_words(e.heard->partner.state) : std::string{"nobody"});
    case Cause::silence:
      return silence_words(e);
    case Cause::port_moved:
      return "another port heard this Partner";
    case Cause::disabled:
      return reason_words(UnselectedReason::disabled, e);
    case Cause::own_values:
      return "ours are now " + port_words(e.actor);
    case Cause::partner_changed:
      return "it was " + port_words(e.before) + ", now " + said_words(e);
    case Cause::selection:
      return reason_words(event.reason, e);
    case Cause::partner_expired:
      return "the Partner does not hear us: " + said_words(e);
    case Cause::partner_knows_other:
      return mismatch_words(e);
    case Cause::partner_passive:
      return "both ends are passive: neither maintains the link";
    case Cause::drained:
      return std::string{kDrainedSentence};
    case Cause::replaced:
      return std::string{kReplacedSentence};
    case Cause::swap_patience:
      return std::string{kSwapPatienceSentence};
  }
  return {};
}

std::string swap_words(const lacp::Event& event) {
  const auto to = static_cast<lacp::Swap>(event.to);
  const bool said = event.cause == Cause::replaced || event.cause == Cause::swap_patience;
  if (said) return cause_words(event);
  return to == lacp::Swap::none ? std::string{} : std::string{swap_sentence(to)};
}

std::string retry_words(const lacp::Event& event) {
  if (event.to == 0) return cause_words(event);
  const bool fast = PortState{event.evidence.actor.state}.has(StateBit::timeout);
  const Duration patience = lacp::retry_patience(event.to, fast ? lacp::Rate::fast : lacp::Rate::slow);
  return "the Partner knows retry counts: it is waited for through " + std::to_string(event.to) +
         " periods, " + seconds_words(patience);
}

}  // namespace

std::string_view why_of(const lacp::Event& event) noexcept {
  if (event.kind == lacp::EventKind::lag_state) return event.to != 0 ? "" : "min_links";
  if (event.cause != Cause::selection) return name_of(event.cause);
  return event.reason == UnselectedReason::none ? "" : name_of(event.reason);
}

std::string evidence_of(const lacp::Event& event) {
  const Evidence& e = event.evidence;
  switch (event.kind) {
    case lacp::EventKind::lag_state:
      return min_links_sentence(Counted::distributing, e.distributing, e.needed);
    case lacp::EventKind::swap:
      return swap_words(event);
    case lacp::EventKind::retry_count:
      return retry_words(event);
    case lacp::EventKind::looped:
      return reason_words(UnselectedReason::looped, e);
    case lacp::EventKind::partner_changed:
      return "it was " + port_words(e.before) + ", now " + said_words(e);
    case lacp::EventKind::receive_state:
    case lacp::EventKind::mux_state:
    case lacp::EventKind::selected:
    case lacp::EventKind::left_out:
    case lacp::EventKind::actor_churn:
    case lacp::EventKind::partner_churn:
      return cause_words(event);
  }
  return {};
}

}  // namespace lagoon::control
