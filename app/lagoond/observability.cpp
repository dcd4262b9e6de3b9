#include "lagoond/observability.hpp"

#include <string>
#include <utility>

#include "config/values/observability_value.hpp"

namespace lagoon::lagoond {

namespace {

std::string name_of_listener(const config::ListenAddress& address) {
  return "metrics:" + config::to_string(address);
}

}  // namespace

Result<void> Observability::prepare(const config::Config& config, TakeOver* take_over) {
  const auto visit = cpus_.visit();
  if (config.metrics) {
    console::Descriptor given =
        take_over != nullptr ? take_over->take(name_of_listener(*config.metrics)) : console::Descriptor{};
    auto metrics = given.is_open() ? MetricsEndpoint::inherit(std::move(given))
                                   : MetricsEndpoint::listen(*config.metrics);
    if (!metrics) return std::unexpected{std::move(metrics).error()};
    metrics_ = *std::move(metrics);
  }
  auto sink = open_sink(config.journal);
  if (!sink) return std::unexpected{std::move(sink).error()};
  sink_ = *std::move(sink);
  return {};
}

void Observability::add_to(std::vector<Handed>& handed, const config::Config& config) const {
  if (metrics_ == nullptr) return;
  handed.push_back({.name = name_of_listener(*config.metrics), .descriptor = metrics_->listener()});
}

Result<void> Observability::start(dpdk::Engine& engine) {
  const auto visit = cpus_.visit();
  if (sink_ != nullptr) {
    const auto feed = engine.open_event_feed();
    if (!feed) return std::unexpected{feed.error()};
    journal_ = std::make_unique<JournalWriter>(**feed, std::move(sink_));
  }
  if (metrics_ != nullptr)
    metrics_->serve(
        engine,
        [this]() -> std::optional<JournalCounts> {
          if (journal_ == nullptr) return std::nullopt;
          return journal_->counts();
        },
        [this]() -> std::optional<ClusterStatus> {
          const std::lock_guard lock{cluster_mutex_};
          if (cluster_ == nullptr) return std::nullopt;
          return cluster_->status();
        });
  return {};
}

void Observability::use(const ClusterThread* cluster) {
  const std::lock_guard lock{cluster_mutex_};
  cluster_ = cluster;
}

}  // namespace lagoon::lagoond
