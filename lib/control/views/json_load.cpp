#include "control/views/json_load.hpp"

#include "control/views/words.hpp"

namespace lagoon::control::views {

namespace {

void put_moves(JsonWriter& out, const MoveCounters& moves) {
  out.open_object("moves");
  out.number("begun", moves.begun);
  out.number("by_marker", moves.by_marker);
  out.number("by_time", moves.by_time);
  out.number("at_gaps", moves.at_gaps);
  out.number("overflowed", moves.overflowed);
  out.number("given_up", moves.given_up);
  out.number("gaps_used", moves.gaps_used);
  out.milliseconds("last_pause_ms", moves.last_pause);
  out.milliseconds("longest_pause_ms", moves.longest_pause);
  out.close_object();
}

void put_markers(JsonWriter& out, const marker::RequesterCounters& markers) {
  out.open_object("markers");
  out.number("sent", markers.sent);
  out.number("answered", markers.answered);
  out.number("unanswered", markers.unanswered);
  out.number("late", markers.late);
  out.number("above_rate", markers.above_rate);
  out.close_object();
}

void put_rebalanced(JsonWriter& out, const LagStatus& lag) {
  if (!lag.rebalances) {
    out.null("rebalancing");
    return;
  }
  out.open_object("rebalancing");
  out.decimal("imbalance", lag.rebalanced.imbalance);
  out.number("bucket_moves", lag.rebalanced.bucket_moves);
  out.number("pin_moves", lag.rebalanced.pin_moves);
  out.number("pins_made", lag.rebalanced.pins_made);
  out.number("pins_released", lag.rebalanced.pins_released);
  out.number("intervals_unbalanced", lag.rebalanced.intervals_unbalanced);
  out.close_object();
}

void put_conversations(JsonWriter& out, const std::optional<ConversationStatus>& conversations) {
  if (!conversations) {
    out.null("conversations");
    return;
  }
  out.open_object("conversations");
  out.number("live", conversations->live);
  out.number("room", conversations->room);
  out.number("octets", conversations->octets);
  out.number("begun", conversations->begun);
  out.number("ended", conversations->ended);
  out.number("pushed_out", conversations->pushed_out);
  out.number("moved", conversations->moved);
  out.number("frames_without", conversations->frames_without);
  out.close_object();
}

}  // namespace

void put_load(JsonWriter& out, const LagStatus& lag) {
  out.text("distribution", lag.distribution);
  out.flag("moving", lag.moving);
  put_moves(out, lag.moves);
  put_markers(out, lag.markers);
  put_rebalanced(out, lag);
  out.number("pins", lag.pins);
  put_conversations(out, lag.conversations);
}

void put_load(JsonWriter& out, const LagStatus& lag, const MemberStatus& m) {
  out.number("load_octets_per_s", m.load_octets_s);
  out.number("capacity_mbps", m.capacity_mbps);
  if (is_weighted(lag)) {
    out.decimal("weight", m.weight);
    out.decimal("weight_left", m.weight_left);
    out.number("conversations", m.conversations);
  } else {
    out.null("weight");
    out.null("weight_left");
    out.null("conversations");
  }
}

}  // namespace lagoon::control::views
