// LagoonStation: a lacp::Aggregator behind real octets, with the PortTable that its outcome leads to.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "dist/bucket_map.hpp"
#include "lacp/aggregator.hpp"
#include "station.hpp"
#include "table/port_table.hpp"

namespace lagoon::sim {

struct LagoonSettings {
  std::string name;
  lacp::AggregatorConfig lacp{};
  std::vector<lacp::PortConfig> ports;
};

/// `count` ports, numbered from 1.
[[nodiscard]] std::vector<lacp::PortConfig> ports(std::size_t count);

class LagoonStation : public Station {
 public:
  /// `builds_tables`: off where a test's time matters more.
  LagoonStation(LagoonSettings settings, Instant now, bool builds_tables = true);

  [[nodiscard]] const std::string& name() const override { return settings_.name; }
  void frame_received(MemberIndex port, std::span<const std::byte> frame, Instant now) override;
  void link_changed(MemberIndex port, const LinkState& link, Instant now) override;
  void expire(Instant now) override { aggregator_.expire(now); }
  [[nodiscard]] std::optional<Instant> deadline() const override {
    return dead_ ? std::nullopt : aggregator_.deadline();
  }
  [[nodiscard]] std::optional<Departure> transmit(Instant now) override;
  [[nodiscard]] std::uint32_t collecting() const override { return aggregator_.collecting(); }
  [[nodiscard]] std::uint32_t distributing() const override { return aggregator_.distributing(); }
  [[nodiscard]] std::optional<Observation> observe() override;
  void trace(std::ostream* out) override;

  /// The process is gone, and hears and says nothing. What it knew is kept.
  void crash();
  /// The next process goes on from that. True when every port did.
  bool start_again(Instant now);

  [[nodiscard]] lacp::Aggregator& aggregator() { return aggregator_; }
  [[nodiscard]] lacp::PortView port(std::size_t member) const {
    return aggregator_.port(MemberIndex{static_cast<std::uint8_t>(member)});
  }
  [[nodiscard]] std::size_t frames_refused() const { return frames_refused_; }

 private:
  void update_table();

  LagoonSettings settings_;
  lacp::Aggregator aggregator_;
  bool builds_tables_;
  dist::BucketPreferences preferences_;
  std::unique_ptr<const table::PortTable> table_;
  std::size_t frames_refused_ = 0;
  bool dead_ = false;
  bool was_up_ = false;
  std::array<LinkState, kMembersMax> links_{};
  std::vector<lacp::PortRestore> saved_;
};

}  // namespace lagoon::sim
