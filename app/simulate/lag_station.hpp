// A LAG of ours and its Partner, as options have them.
#pragma once

#include "conversations.hpp"
#include "network.hpp"
#include "station.hpp"

namespace lagoon::simulate {

class LagStation final : public Station {
 public:
  LagStation(const Options& options, Conversations& conversations, Instant now);

  [[nodiscard]] bool ready() const override;
  void offer(SimFrame* frame, Instant now) override { network_.offer(frame, now); }
  void run(Instant now) override { network_.run(now); }
  Result<void> apply(const Event& event, Instant now) override;
  [[nodiscard]] const SimLink& link(std::size_t link) const override { return network_.link(link); }
  [[nodiscard]] bool is_up(std::size_t link) const override { return network_.is_up(link); }
  [[nodiscard]] std::size_t link_of(std::span<const std::byte> headers) const override;
  [[nodiscard]] MoveFacts moves(Instant now) const override;

 private:
  std::size_t links_;
  Network network_;
};

}  // namespace lagoon::simulate
