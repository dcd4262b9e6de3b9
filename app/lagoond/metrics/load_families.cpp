// Metrics of how a LAG places conversations, and moves them.
#include <array>

#include "lagoond/metrics/rows.hpp"

namespace lagoon::lagoond {

namespace {

using control::ConversationStatus;
using control::LagStatus;

constexpr std::array kMoves = std::to_array<Row<LagStatus>>({
    {"lagoon_lag_moving", "Whether conversations are being moved in order now.", MetricType::Gauge,
     [](const LagStatus& s) -> double { return s.moving ? 1 : 0; }},
    {"lagoon_lag_moves_begun_total", "Moves of conversations that were begun.", MetricType::Counter,
     [](const LagStatus& s) { return static_cast<double>(s.moves.begun); }},
    {"lagoon_lag_moves_released_by_marker_total", "Moves released since all Markers were answered.",
     MetricType::Counter, [](const LagStatus& s) { return static_cast<double>(s.moves.by_marker); }},
    {"lagoon_lag_moves_released_by_time_total", "Moves released since their time was over.",
     MetricType::Counter, [](const LagStatus& s) { return static_cast<double>(s.moves.by_time); }},
    {"lagoon_lag_moves_at_gaps_total", "Moves in which every bucket found a pause in time.",
     MetricType::Counter, [](const LagStatus& s) { return static_cast<double>(s.moves.at_gaps); }},
    {"lagoon_lag_moves_overflowed_total", "Moves for whose frames a worker had no room.", MetricType::Counter,
     [](const LagStatus& s) { return static_cast<double>(s.moves.overflowed); }},
    {"lagoon_lag_moves_given_up_total", "Moves after which buckets stayed where they were for good.",
     MetricType::Counter, [](const LagStatus& s) { return static_cast<double>(s.moves.given_up); }},
    {"lagoon_lag_last_move_pause_seconds", "How long frames were held in the last move.", MetricType::Gauge,
     [](const LagStatus& s) { return seconds(s.moves.last_pause); }},
    {"lagoon_lag_longest_move_pause_seconds", "How long frames were held in any move at the most.",
     MetricType::Gauge, [](const LagStatus& s) { return seconds(s.moves.longest_pause); }},
    {"lagoon_lag_markers_sent_total", "Markers that were sent.", MetricType::Counter,
     [](const LagStatus& s) { return static_cast<double>(s.markers.sent); }},
    {"lagoon_lag_markers_answered_total", "Markers of ours that were answered in time.", MetricType::Counter,
     [](const LagStatus& s) { return static_cast<double>(s.markers.answered); }},
    {"lagoon_lag_markers_unanswered_total", "Markers of ours that were not answered in time.",
     MetricType::Counter, [](const LagStatus& s) { return static_cast<double>(s.markers.unanswered); }},
});

// Of LAGs that rebalance.
constexpr std::array kRebalancing = std::to_array<Row<LagStatus>>({
    {"lagoon_lag_imbalance_ratio", "Use of the busiest member by the mean of all: 1 is even.",
     MetricType::Gauge, [](const LagStatus& s) { return s.rebalanced.imbalance; }},
    {"lagoon_lag_bucket_moves_total", "Buckets that rebalancing has moved.", MetricType::Counter,
     [](const LagStatus& s) { return static_cast<double>(s.rebalanced.bucket_moves); }},
    {"lagoon_lag_pin_moves_total", "Large conversations that rebalancing has moved.", MetricType::Counter,
     [](const LagStatus& s) { return static_cast<double>(s.rebalanced.pin_moves); }},
    {"lagoon_lag_pins", "Large conversations with entries of their own.", MetricType::Gauge,
     [](const LagStatus& s) { return static_cast<double>(s.pins); }},
    {"lagoon_lag_unbalanced_intervals_total", "Intervals in which a member had too much load.",
     MetricType::Counter,
     [](const LagStatus& s) { return static_cast<double>(s.rebalanced.intervals_unbalanced); }},
});

// Of LAGs that place each conversation by load.
constexpr std::array kConversations = std::to_array<Row<ConversationStatus>>({
    {"lagoon_lag_conversations", "Conversations that are remembered now.", MetricType::Gauge,
     [](const ConversationStatus& c) { return static_cast<double>(c.live); }},
    {"lagoon_lag_conversations_max", "Conversations that all workers have room for.", MetricType::Gauge,
     [](const ConversationStatus& c) { return static_cast<double>(c.room); }},
    {"lagoon_lag_conversation_memory_bytes", "Memory in which conversations are remembered.",
     MetricType::Gauge, [](const ConversationStatus& c) { return static_cast<double>(c.octets); }},
    {"lagoon_lag_conversations_begun_total", "Conversations that began.", MetricType::Counter,
     [](const ConversationStatus& c) { return static_cast<double>(c.begun); }},
    {"lagoon_lag_conversations_ended_total", "Conversations that were silent for too long.",
     MetricType::Counter, [](const ConversationStatus& c) { return static_cast<double>(c.ended); }},
    {"lagoon_lag_conversations_moved_total", "Conversations that went to another member.",
     MetricType::Counter, [](const ConversationStatus& c) { return static_cast<double>(c.moved); }},
    {"lagoon_lag_conversations_pushed_out_total", "Silent conversations that made room for others.",
     MetricType::Counter, [](const ConversationStatus& c) { return static_cast<double>(c.pushed_out); }},
    {"lagoon_lag_unplaced_frames_total",
     "Frames whose conversation found no room: they went by their bucket.", MetricType::Counter,
     [](const ConversationStatus& c) { return static_cast<double>(c.frames_without); }},
});

}  // namespace

void add_load_families(Families& out, const Snapshot& snapshot) {
  add_rows<LagStatus>(out, kMoves, snapshot.lags, [](const LagStatus& s) { return Labels{{"lag", s.name}}; });
  for (const Row<LagStatus>& row : kRebalancing) {
    auto& family = add_family(out, row.name, row.help, row.type);
    for (const LagStatus& s : snapshot.lags)
      if (s.rebalances) add_sample(family, {{"lag", s.name}}, row.value(s));
  }
  for (const Row<ConversationStatus>& row : kConversations) {
    auto& family = add_family(out, row.name, row.help, row.type);
    for (const LagStatus& s : snapshot.lags)
      if (s.conversations) add_sample(family, {{"lag", s.name}}, row.value(*s.conversations));
  }
}

}  // namespace lagoon::lagoond
