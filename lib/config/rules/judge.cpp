#include "config/rules/judge.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "config/rules/validator.hpp"

namespace lagoon::config {
namespace {

// A complaint, and the LAG that it is about: two LAGs may have the same one.
struct Complaint {
  std::size_t lag;
  std::string words;
  friend auto operator<=>(const Complaint&, const Complaint&) = default;
};

constexpr std::size_t kNoLag = static_cast<std::size_t>(-1);

std::vector<Complaint> complaints(const Config& config, const SourceMap& said, Validator::Said how) {
  std::vector<Complaint> all;
  const auto take = [&](Diagnostics& diagnostics, std::size_t lag) {
    const Diagnostics taken = std::exchange(diagnostics, {});
    for (const Diagnostic& diagnostic : taken.items()) all.push_back({lag, diagnostic.message});
  };
  Diagnostics diagnostics;
  Validator validator{config, said, diagnostics, how};
  validator.names();
  validator.devices();
  validator.systems();
  take(diagnostics, kNoLag);
  for (std::size_t i = 0; i < config.lags.size(); ++i) {
    validator.lag(i);
    validator.beyond(i);
    take(diagnostics, i);
  }
  return all;
}

bool has(const Lag& lag, const std::string& member) {
  return std::ranges::find(lag.members, member, &Member::name) != lag.members.end();
}

// Takes out of `after` what names or counts members that were not there before either, in the same words: how
// many or which others are there makes no other complaint of it.
void excuse(const Lag& before, Lag& after) {
  auto& lacp = after.options.lacp;
  const auto& old = before.options.lacp;
  const std::size_t members = before.members.size();
  const bool same = lacp.min_links == old.min_links && lacp.min_links_up == old.min_links_up;
  if (same && (old.min_links > members || old.min_links_up > members)) {
    lacp.min_links = 1;
    lacp.min_links_up = 1;
  }
  auto& primary = after.options.active.primary;
  if (primary == before.options.active.primary && !has(before, primary)) primary.clear();
  if (after.options.mac_from == before.options.mac_from && !has(before, after.options.mac_from))
    after.options.mac_from.clear();
}

Result<void> refusal_of(const std::vector<Complaint>& all) {
  std::string text;
  for (const Complaint& complaint : all) text += (text.empty() ? "" : "; ") + complaint.words;
  if (text.empty()) return {};
  return fail(Errc::invalid_argument, std::move(text));
}

}  // namespace

Result<void> judge(const Config& before, const Config& after, Readiness readiness) {
  const auto how = readiness == Readiness::runs ? Validator::Said::one_by_one : Validator::Said::unfinished;
  Config excused = after;
  for (Lag& lag : excused.lags)
    if (const auto known = std::ranges::find(before.lags, lag.name, &Lag::name); known != before.lags.end())
      excuse(*known, lag);
  std::vector<Complaint> now = complaints(excused, {}, how);
  if (now.empty()) return {};
  const auto old = complaints(before, {}, how);
  const std::set<Complaint> known{old.begin(), old.end()};
  std::erase_if(now, [&](const Complaint& complaint) { return known.contains(complaint); });
  return refusal_of(now);
}

Result<void> judge_said(const Config& config, const SourceMap& said, Readiness readiness) {
  return refusal_of(complaints(
      config, said, readiness == Readiness::runs ? Validator::Said::together : Validator::Said::unfinished));
}

}  // namespace lagoon::config
