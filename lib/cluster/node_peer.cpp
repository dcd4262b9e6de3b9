// What a Node says to the other box, and what follows from what it hears.
#include <algorithm>

#include "cluster/filled.hpp"
#include "cluster/node.hpp"

namespace lagoon::cluster {

namespace {

std::string stranger_in_words(const PeerLink::Stranger& stranger, const Options& options) {
  return filled(
      "who sends from its address is {} of domain {}, and {} of domain {} is expected: look at node and "
      "domain at both boxes",
      {stranger.node, stranger.domain, options.other, options.domain});
}

}  // namespace

void Node::heard(const PeerMessage& message, Instant now) {
  if (name_taken_) return;
  const Incarnation before = peer_.last() ? peer_.last()->incarnation : Incarnation{};
  const auto stranger = peer_.stranger();
  const PeerLink::Heard heard = peer_.heard(message, options_.domain, self_.other, now);
  if (peer_.stranger() != stranger)
    tell(EventKind::peer_foreign, {}, stranger_in_words(*peer_.stranger(), options_), now);
  if (heard == PeerLink::Heard::ambiguous && now >= ambiguous_told_ + 60s) {
    ambiguous_told_ = now;
    tell(EventKind::peer_ambiguous, {},
         filled("two boxes say that they are {}, or it has just restarted: the second one is not heard yet",
                {self_.other}),
         now);
  }
  if (heard != PeerLink::Heard::taken) return;
  if (before != message.incarnation)
    for (OneLag& lag : lags_) lag.promised.reset();
  if (message.echo_of == self_.incarnation && message.renewed && *message.renewed <= now && lease_.exists() &&
      message.renewed_lease == lease_.id())
    lease_.kept(*message.renewed);
  answer_questions(message, now);
}

std::string Node::peer_fault(Instant now) const {
  if (!peer_.stranger() || peer_.heard_lately(now)) return {};
  return stranger_in_words(*peer_.stranger(), options_);
}

void Node::answer_questions(const PeerMessage& message, Instant now) {
  for (OneLag& lag : lags_) {
    const PeerLag* const said = peer_.lag(lag.election.options().name);
    if (!said) continue;
    if (message.echo_of == self_.incarnation && said->promised && *said->promised <= now)
      lag.election.promised(*said->promised);
    if (said->asks && lag.election.asked(said->has_authority, surroundings(lag, now))) {
      lag.promised = message.stamp;
      message_due_ = std::min(message_due_, message_at_ ? *message_at_ + 10ms : now);
    }
  }
}

std::optional<PeerMessage> Node::next_message(Instant now) {
  if (!options_.peer || name_taken_ || now < message_due_ || (message_at_ && now <= *message_at_))
    return std::nullopt;
  message_due_ = now + options_.peer_interval;
  message_at_ = now;
  const bool control = control_at_ && now < *control_at_ + kControlSilence;
  PeerMessage message{.domain = options_.domain,
                      .node = self_.node,
                      .number = self_.number,
                      .incarnation = self_.incarnation,
                      .stamp = now,
                      .lease = lease_.id(),
                      .renewed_lease = renewed_lease_,
                      .renewed = renewed_,
                      .etcd = has_etcd(now)};
  if (peer_.last()) {
    message.echo_of = peer_.last()->incarnation;
    message.echo = peer_.last()->stamp;
  }
  // (a keepalive of our own has failed)
  message.renew = control && lease_.exists() && now - lease_.sent() > options_.lease * 35 / 100;
  for (const OneLag& lag : lags_) {
    const Surroundings s = surroundings(lag, now);
    const LagElection& election = lag.election;
    const bool holds = election.order().role == Role::holder && election.has_authority(s);
    message.lags.push_back({.report = election.report(),
                            .lag_id = election.lag_id(),
                            .epoch = election.order().epoch,
                            .has_authority = holds,
                            .asks = control && election.asks(),
                            .promised = lag.promised});
  }
  return message;
}

}  // namespace lagoon::cluster
