#include "console/program/program_lags.hpp"

#include <algorithm>
#include <utility>

#include "config/text/suggest.hpp"

namespace lagoon::console {

ProgramLags& ProgramLags::of_process() {
  static auto* const made = new ProgramLags;
  return *made;
}

void ProgramLags::add(const void* owner, ProgramLag lag) {
  const std::lock_guard lock{mutex_};
  const auto is_taken = [this](const std::string& name) {
    return std::ranges::any_of(entries_, [&](const auto& entry) { return entry->shown == name; });
  };
  std::string shown = lag.name;
  for (unsigned number = 2; is_taken(shown); ++number) shown = lag.name + "." + std::to_string(number);
  entries_.push_back(std::make_shared<Entry>(owner, std::move(shown), std::move(lag)));
}

void ProgramLags::remove(const void* owner) {
  std::unique_lock lock{mutex_};
  const auto found =
      std::ranges::find_if(entries_, [owner](const auto& entry) { return entry->owner == owner; });
  if (found == entries_.end()) return;
  const std::shared_ptr<Entry> entry = *found;
  entries_.erase(found);
  unused_.wait(lock, [&entry] { return entry->users == 0; });
}

ProgramLags::Use::~Use() {
  if (entry_ == nullptr) return;  // (moved from)
  const std::lock_guard lock{of_->mutex_};
  if (--entry_->users == 0) of_->unused_.notify_all();
}

std::vector<ProgramLags::Use> ProgramLags::all() {
  std::vector<Use> uses;
  const std::lock_guard lock{mutex_};
  uses.reserve(entries_.size());
  for (const auto& entry : entries_) {
    ++entry->users;
    uses.emplace_back(*this, entry);
  }
  return uses;
}

Result<ProgramLags::Use> ProgramLags::named(std::string_view shown) {
  std::vector<std::string_view> names;
  const std::lock_guard lock{mutex_};
  for (const auto& entry : entries_) {
    if (entry->shown == shown) {
      ++entry->users;
      return Use{*this, entry};
    }
    names.emplace_back(entry->shown);
  }
  return fail(Errc::no_such_thing,
              "no LAG " + config::in_quotes(shown) +
                  (names.empty() ? "; none runs in this program" : "; there are: " + config::listed(names)));
}

}  // namespace lagoon::console
