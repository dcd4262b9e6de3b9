// The one thing here that is not ours, and stands for how others distribute: `hash % n` over the n links that
// work, as DPDK's net_bonding and Linux's bonding do it (balance-xor and 802.3ad). It is given what helps it:
// the hash is ours, it knows at once when a link fails or returns, and it needs no agreement with a Partner.
// Nothing is held back when a conversation changes its link.
#pragma once

#include <algorithm>
#include <vector>

#include "conversations.hpp"
#include "dist/flow_hash.hpp"
#include "station.hpp"

namespace lagoon::simulate {

class ModuloStation final : public Station {
 public:
  ModuloStation(const Options& options, Conversations& conversations) : conversations_{conversations} {
    hash_.seed = static_cast<std::uint32_t>(options.seed * 2 + 1);
    for (std::size_t i = 0; i < options.links.size(); ++i) {
      links_.emplace_back(options.links[i].speed, options.links[i].delay, NetworkSettings{}.queue_most);
      working_.push_back(i);
    }
  }
  ~ModuloStation() override {
    for (SimLink& link : links_) link.clear([this](SimFrame* frame) { conversations_.pool.give(frame); });
  }
  ModuloStation(const ModuloStation&) = delete;
  ModuloStation& operator=(const ModuloStation&) = delete;

  [[nodiscard]] bool ready() const override { return true; }
  void offer(SimFrame* frame, Instant now) override {
    if (!working_.empty() && links_[link_of(frame->headers)].send(frame, now))
      conversations_.left(*frame, now);
    else
      conversations_.dropped(frame);
  }
  // What has come, over all links in the order in which it came.
  void run(Instant now) override {
    for (;;) {
      SimLink* first = nullptr;
      for (SimLink& link : links_)
        if (link.has(now) && (first == nullptr || link.first_at() < first->first_at())) first = &link;
      if (first == nullptr) return;
      conversations_.arrived(first->receive(), static_cast<std::size_t>(first - links_.data()));
    }
  }
  Result<void> apply(const Event& event, Instant) override {
    std::erase(working_, event.link);
    if (event.kind == EventKind::up)
      working_.insert(std::ranges::lower_bound(working_, event.link), event.link);
    else
      links_[event.link].clear([this](SimFrame* frame) { conversations_.lost(frame); });
    return {};
  }
  [[nodiscard]] const SimLink& link(std::size_t link) const override { return links_[link]; }
  [[nodiscard]] bool is_up(std::size_t link) const override {
    return std::ranges::binary_search(working_, link);
  }
  [[nodiscard]] std::size_t link_of(std::span<const std::byte> headers) const override {
    return working_[dist::flow_hash(headers, hash_) % working_.size()];
  }
  [[nodiscard]] MoveFacts moves(Instant) const override { return {}; }

 private:
  Conversations& conversations_;
  dist::FlowHashSettings hash_{};
  std::vector<SimLink> links_;
  std::vector<std::size_t> working_;  // ascending
};

}  // namespace lagoon::simulate
