// What workers know of conversations: how many there are, and where one of them goes.
#include <algorithm>

#include "dpdk/base/monotonic_clock.hpp"
#include "dpdk/engine/engine_parts.hpp"
#include "options/load_options.hpp"
#include "wire/flow/flow_text.hpp"

namespace lagoon::dpdk {

namespace {

// Since an entry came to its member; it keeps that in ticks of 2^30 ns, 16 bits of them.
Duration age_of(std::uint16_t second_since, Instant now) {
  const std::uint16_t second = fast::ConversationClock::at(now).second;
  return Duration{std::int64_t{static_cast<std::uint16_t>(second - second_since)} << 30};
}

std::string name_of_member(const control::Lag& lag, std::optional<MemberIndex> member) {
  const bool is_there = member && contains(lag.members(), *member);
  return is_there ? lag.member(*member).name : std::string{};
}

}  // namespace

void Engine::Parts::add_conversations(control::LagStatus& status, std::size_t index) const {
  const control::Lag& lag = *lags[index]->lag;
  if (control::distribution_of(lag.options()) != table::Distribution::weighted) return;
  control::ConversationStatus& all = status.conversations.emplace();
  for (const LagUser& user : lags[index]->users) {
    if (user.distributor == nullptr) continue;
    const fast::ConversationTable& table = user.distributor->conversations;
    all.room += table.lines() * fast::ConversationLine::kWays;
    all.octets += table.lines() * sizeof(fast::ConversationLine);
    all.begun += table.counters.begun.read();
    all.ended += table.counters.ended.read();
    all.pushed_out += table.counters.pushed_out.read();
    all.moved += table.counters.moved.read();
    all.frames_without += table.counters.frames_without.read();
    for (std::size_t i = 0; i < status.members.size(); ++i)
      status.members[i].conversations += table.live(lag.order()[i].value());
  }
  for (const control::MemberStatus& member : status.members) all.live += member.conversations;
}

FlowAnswer Engine::Parts::explain(std::size_t index, std::span<const std::byte> frame) const {
  const Instant now = dpdk::now();
  const control::Lag& lag = *lags[index]->lag;
  FlowAnswer answer;
  answer.lag = lag.name();
  answer.way = lag.explain(frame, now);
  answer.member = name_of_member(lag, answer.way.member);
  answer.before = name_of_member(lag, answer.way.before);
  if (answer.way.member) answer.since = now - answer.way.since;
  answer.nic_hash = lag.options().fast.hash.use_nic_hash && !answer.way.by_frame;
  // (a pin goes before entries)
  if (control::distribution_of(lag.options()) != table::Distribution::weighted || answer.way.pin)
    return answer;
  for (const LagUser& user : lags[index]->users) {
    const fast::DistributorState* const state = user.distributor;
    const auto entry = state != nullptr ? state->conversations.snapshot(answer.way.hash) : std::nullopt;
    if (!entry) continue;
    answer.entries.push_back({.lcore = user.lcore,
                              .member = name_of_member(lag, entry->member),
                              .why = fast::kPlacedNames[static_cast<std::size_t>(entry->placed)],
                              .since = age_of(entry->second_since, now)});
  }
  return answer;
}

Result<FlowAnswer> Engine::explain(std::string_view name, std::string_view flow) {
  const auto frame = wire::parse_flow(flow);
  if (!frame) return std::unexpected{frame.error()};
  std::optional<FlowAnswer> answer;
  const auto ask = [&] {
    if (const auto position = parts_->position_of(name)) answer = parts_->explain(*position, *frame);
  };
  if (!parts_->tasks.run(ask, kAnswerPatience)) return no_answer();
  if (!answer) return fail(Errc::no_such_thing, "no LAG '" + std::string{name} + "'");
  return std::move(*answer);
}

}  // namespace lagoon::dpdk
