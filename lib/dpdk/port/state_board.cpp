#include "dpdk/port/state_board.hpp"

#include <net/if.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <utility>

#include "dpdk/base/monotonic_clock.hpp"
#include "dpdk/port/interface_settings.hpp"
#include "dpdk/port/port_lock.hpp"

namespace lagoon::dpdk {

namespace {

constexpr Duration kCarrierInterval = 1s;

template <typename List>
[[nodiscard]] auto find_named(List& list, std::string_view name) {
  return std::ranges::find(list, name, [](const auto& element) { return element.name; });
}

}  // namespace

// FNV-1a.
std::uint64_t digest_of(std::string_view configuration) noexcept {
  std::uint64_t digest = 0xcbf29ce484222325;
  for (const char c : configuration) digest = (digest ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return digest;
}

StateBoard::StateBoard(state::State before)
    : before_{std::move(before)},
      interfaces_{before_.interfaces},
      lags_{before_.lags},
      carriers_{before_.carriers} {}

StateBoard::~StateBoard() {
  delete offered_.exchange(nullptr);
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> StateBoard::open() {
  descriptor_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (descriptor_ < 0) return fail(Errc::system, std::string{"eventfd: "} + std::strerror(errno));
  return {};
}

void StateBoard::wake() const noexcept {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(descriptor_, &one, sizeof one));
}

void StateBoard::goes_on_from(state::State before) {
  const std::lock_guard lock{mutex_};
  before_ = std::move(before);
  lags_ = before_.lags;
  carriers_ = before_.carriers;
}

std::optional<StateBoard::Noted> StateBoard::note(const std::string& interface) {
  auto original = read_interface(interface);
  if (!original) return std::nullopt;
  {
    const std::lock_guard lock{mutex_};
    const auto known = find_named(interfaces_, interface);
    if (known == interfaces_.end())
      interfaces_.push_back(*original);
    else if (known->index == original->index)
      original = *known;
    else
      *known = *original;
    noted_.push_back(interface);
  }
  if (write_) write_();
  return Noted{.original = *original,
               .lease = std::shared_ptr<void>{nullptr, [this, interface](void*) { give_back(interface); }}};
}

void StateBoard::give_back(const std::string& interface) {
  std::optional<state::Interface> original;
  {
    const std::lock_guard lock{mutex_};
    const auto noted = find_named(interfaces_, interface);
    if (noted == interfaces_.end()) return;
    original = *noted;
  }
  if (put_back(*original)) return erase(interface);
  // It may be in another namespace, as we have set it, and come back with its index: for note().
  const std::lock_guard lock{mutex_};
  std::erase(noted_, interface);
}

void StateBoard::erase(const std::string& interface) {
  const std::lock_guard lock{mutex_};
  std::erase_if(interfaces_, [&](const state::Interface& i) { return i.name == interface; });
  std::erase(noted_, interface);
  wake();
}

std::vector<std::string> StateBoard::put_back_rest() {
  std::vector<state::Interface> rest;
  {
    const std::lock_guard lock{mutex_};
    std::ranges::copy_if(interfaces_, std::back_inserter(rest), [&](const state::Interface& i) {
      return std::ranges::find(noted_, i.name) == noted_.end();
    });
  }
  std::vector<std::string> names;
  for (const state::Interface& left : rest) {
    erase(left.name);
    const auto now = read_interface(left.name);
    if (!now || now->index != left.index || *now == left) continue;
    // (another process may have it by now, and its own idea of what was before)
    if (const auto lock = PortLock::of_interface(left.index, left.name, "lagoond"); !lock) continue;
    put_back(left);
    names.push_back(left.name);
  }
  return names;
}

const control::SavedLag* StateBoard::lag_before(std::string_view name) const noexcept {
  const auto found = find_named(before_.lags, name);
  return found == before_.lags.end() ? nullptr : &*found;
}

std::string_view StateBoard::obstacle(const std::string& interface) const {
  const auto known = std::ranges::find(before_.carriers, interface, &state::Carrier::interface);
  const auto now = carrier_of(interface);
  if (known == before_.carriers.end() || !now) return "its interface was not known";
  if (known->index != now->index) return "its interface was made anew";
  return known->changes == now->changes ? "" : "its carrier changed meanwhile";
}

void StateBoard::offer(std::unique_ptr<const std::vector<control::SavedLag>> lags) {
  delete offered_.exchange(lags.release(), std::memory_order_acq_rel);
  wake();
}

state::State StateBoard::take() {
  state::State out;
  out.configuration = configuration_.load(std::memory_order_relaxed);
  const std::lock_guard lock{mutex_};
  const std::unique_ptr<const std::vector<control::SavedLag>> news{
      offered_.exchange(nullptr, std::memory_order_acq_rel)};
  if (news != nullptr) lags_ = *news;
  any_offered_ = any_offered_ || news != nullptr;
  out.interfaces = interfaces_;
  out.lags = lags_;
  if (any_offered_ && dpdk::now() >= carriers_read_ + kCarrierInterval) {
    carriers_read_ = dpdk::now();
    carriers_.clear();
    for (const state::Interface& interface : out.interfaces)
      if (auto carrier = carrier_of(interface.name)) carriers_.push_back(*std::move(carrier));
  }
  out.carriers = carriers_;
  return out;
}

}  // namespace lagoon::dpdk
