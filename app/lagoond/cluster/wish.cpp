#include "lagoond/cluster/wish.hpp"

#include <utility>
#include <variant>

namespace lagoon::lagoond {

std::optional<cluster::Request> Wish::next(std::uint8_t endpoint, Instant now) {
  const std::lock_guard lock{mutex_};
  if (!wanted_ || under_way_ || outcome_) return std::nullopt;
  cluster::Transaction order{.key = {cluster::KeyKind::want, wanted_->lag}, .created = wanted_->created};
  if (!wanted_->node.empty()) order.value = cluster::WantRecord{.node = wanted_->node};
  under_way_ = cluster::RequestId{kIds + ++ids_};
  return cluster::Request{
      .id = *under_way_, .endpoint = endpoint, .deadline = now + kDeadline, .order = std::move(order)};
}

bool Wish::answered(cluster::RequestId id, const cluster::Answer& answer) {
  const std::lock_guard lock{mutex_};
  if (id.value() < kIds) return false;
  if (under_way_ != id) return true;
  under_way_.reset();
  if (const auto* const denied = std::get_if<cluster::Denied>(&answer.what)) {
    end(fail(Errc::permission, "etcd does not let this box in: " + denied->words));
  } else if (const auto* const done = std::get_if<cluster::Done>(&answer.what)) {
    // (what is not there need not go)
    const bool gone = !done->there && wanted_ && wanted_->node.empty();
    if (done->succeeded || gone)
      end({});
    else if (wanted_)
      wanted_->created = done->there ? done->there->created : cluster::Revision{};
  }
  return true;
}

bool Wish::failed(cluster::RequestId id, std::string_view) {
  const std::lock_guard lock{mutex_};
  if (id.value() < kIds) return false;
  if (under_way_ == id) under_way_.reset();
  return true;
}

void Wish::end(Result<void> outcome) {
  outcome_ = std::move(outcome);
  done_.notify_all();
}

}  // namespace lagoon::lagoond
