#include "imports/bond.hpp"

#include <algorithm>

namespace lagoon::imports {

namespace {

template <typename T>
T& find_or_make(std::vector<T>& all, std::string_view name) {
  const auto found = std::ranges::find(all, name, &T::name);
  if (found != all.end()) return *found;
  all.push_back({.name = std::string{name}});
  return all.back();
}

}  // namespace

Member& Bond::member(std::string_view of) {
  return find_or_make(members, of);
}

const Setting* Bond::find(std::string_view key) const noexcept {
  const auto found = std::ranges::find(settings.rbegin(), settings.rend(), key, &Setting::key);
  return found == settings.rend() ? nullptr : &*found;
}

void Bond::set_default(std::string_view key, std::string_view value) {
  if (find(key) == nullptr) set(std::string{key}, std::string{value}, {.shown = true});
}

Bond& Bonds::bond(std::string_view of) {
  return find_or_make(bonds, of);
}

}  // namespace lagoon::imports
