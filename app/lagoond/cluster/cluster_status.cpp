#include "lagoond/cluster/cluster_status.hpp"

#include "cluster/sentence.hpp"
#include "control/views/json_writer.hpp"

namespace lagoon::lagoond {

namespace {

std::string line_of_peer(const ClusterStatus& status) {
  if (!status.peer_asked_for) return "no channel to " + status.other + " is configured";
  const PeerCounters& counters = status.peer_counters;
  std::string text = status.other + (status.peer         ? " is heard, and hears us"
                                     : status.peer_heard ? " is heard, but does not hear us"
                                                         : " is not heard");
  if (!status.peer_fault.empty()) text += ": " + status.peer_fault;
  text += "; " + std::to_string(counters.sent) + " messages sent, " + std::to_string(counters.received) +
          " taken";
  const auto add = [&text](std::uint64_t count, const char* words) {
    if (count != 0) text += ", " + std::to_string(count) + " " + words;
  };
  add(counters.send_failed, "not sent");
  add(counters.bad_key, "with another key");
  add(counters.malformed, "not understood");
  add(counters.truncated, "cut");
  add(counters.other_sender, "from others");
  return text;
}

void put_lag(control::views::JsonWriter& out, const ClusterLagStatus& lag) {
  out.open_object({});
  out.text("name", lag.name);
  out.text("role", name_of(lag.order.role));
  out.text("why", name_of(lag.order.why));
  out.text("system", cluster::to_string(lag.order.id));
  out.flag("sync", lag.order.sync);
  out.flag("forwards", lag.order.forwards);
  out.signed_number("epoch", lag.order.epoch.value());
  if (lag.valid_for)
    out.milliseconds("valid_for", *lag.valid_for);
  else
    out.null("valid_for");
  out.text("sentence", lag.sentence);
  out.text("fault", lag.fault);
  out.number("stations", lag.stations);
  out.number("announced", lag.announced);
  out.close_object();
}

control::Severity severity_of(const cluster::LagOrder& order) noexcept {
  using cluster::Role;
  if (order.role == Role::refused) return control::Severity::failure;
  if (order.role == Role::isolated) return control::Severity::warning;
  if (order.role == Role::independent)
    return order.sync ? control::Severity::good : control::Severity::warning;
  const bool carried = order.role == Role::holder || order.why == cluster::Why::other_carries;
  return carried ? control::Severity::good : control::Severity::warning;
}

}  // namespace

void add_health(control::Health& health, const ClusterStatus& status) {
  using control::Severity;
  if (!status.etcd || status.denied)
    health.push_back({Severity::warning, "cluster",
                      std::string{status.denied ? "etcd does not let this box in" : "etcd does not answer"} +
                          (status.etcd_words.empty() ? "" : ": " + status.etcd_words)});
  if (status.peer_asked_for && !status.peer)
    health.push_back({Severity::warning, "cluster", line_of_peer(status)});
  for (const ClusterLagStatus& lag : status.lags)
    health.push_back({severity_of(lag.order), "cluster", lag.sentence});
}

std::string to_text(const ClusterStatus& status) {
  std::string text =
      "domain " + status.domain + ", this box is " + status.node + ", the other " + status.other + "\n";
  text += "etcd: ";
  text += status.denied ? "does not let this box in" : status.etcd ? "answers" : "does not answer";
  text +=
      "; " + std::to_string(status.requests) + " requests, " + std::to_string(status.failures) + " failed";
  if (!status.etcd_words.empty()) text += "; last: " + status.etcd_words;
  text += "\npeer: " + line_of_peer(status) + "\n";
  for (const ClusterLagStatus& lag : status.lags) {
    text += lag.sentence + "\n";
    if (!lag.fault.empty()) text += lag.name + ": " + lag.fault + "\n";
    if (lag.stations != 0)
      text += lag.name + ": " + status.other + " has told of " + std::to_string(lag.stations) +
              " stations behind it; " + std::to_string(lag.announced) +
              " were announced when this box took over\n";
  }
  return text;
}

std::string to_json(const ClusterStatus& status) {
  control::views::JsonWriter out;
  out.open_object({});
  out.text("domain", status.domain);
  out.text("node", status.node);
  out.text("other", status.other);
  out.flag("etcd", status.etcd);
  out.flag("denied", status.denied);
  out.text("etcd_fault", status.etcd_words);
  out.number("requests", status.requests);
  out.number("failures", status.failures);
  if (status.peer_asked_for)
    out.flag("peer", status.peer);
  else
    out.null("peer");
  out.text("peer_fault", status.peer_fault);
  const PeerCounters& counters = status.peer_counters;
  out.open_object("peer_messages");
  out.number("sent", counters.sent);
  out.number("send_failed", counters.send_failed);
  out.number("received", counters.received);
  out.number("other_sender", counters.other_sender);
  out.number("malformed", counters.malformed);
  out.number("bad_key", counters.bad_key);
  out.number("truncated", counters.truncated);
  out.close_object();
  out.open_array("lags");
  for (const ClusterLagStatus& lag : status.lags) put_lag(out, lag);
  out.close_array();
  out.close_object();
  return out.take();
}

}  // namespace lagoon::lagoond
