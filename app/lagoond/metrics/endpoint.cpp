#include "lagoond/metrics/endpoint.hpp"

#include <prometheus/collectable.h>
#include <prometheus/exposer.h>

#include <chrono>
#include <exception>
#include <utility>

#include "base/version.hpp"
#include "config/values/observability_value.hpp"

namespace lagoon::lagoond {

namespace {

double unix_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

class MetricsEndpoint::Source : public prometheus::Collectable {
 public:
  Source(dpdk::Engine& engine, std::function<std::optional<JournalCounts>()> journal)
      : engine_{engine}, journal_{std::move(journal)} {}

  [[nodiscard]] Families Collect() const override {
    Snapshot snapshot{.journal = journal_(), .version = kVersion, .taken_s = unix_time()};
    auto lags = engine_.status_of_all();
    auto ports = lags ? engine_.access_ports() : Result<std::vector<dpdk::PortStatus>>{};
    if (lags && ports) {
      snapshot.answered = true;
      snapshot.lags = *std::move(lags);
      snapshot.ports = *std::move(ports);
    }
    return families_of(snapshot);
  }

 private:
  dpdk::Engine& engine_;
  std::function<std::optional<JournalCounts>()> journal_;
};

MetricsEndpoint::MetricsEndpoint(std::unique_ptr<prometheus::Exposer> exposer)
    : exposer_{std::move(exposer)} {}
MetricsEndpoint::~MetricsEndpoint() = default;

Result<std::unique_ptr<MetricsEndpoint>> MetricsEndpoint::listen(const config::ListenAddress& address) {
  const std::string where = config::to_string(address);
  try {
    return std::unique_ptr<MetricsEndpoint>{
        new MetricsEndpoint{std::make_unique<prometheus::Exposer>(where)}};
  } catch (const std::exception&) {
    // (what it says of a port that is taken is a guess)
    return fail(Errc::system, "metrics: can't listen on " + where +
                                  "; does another program listen there, and is the address of this machine?");
  }
}

void MetricsEndpoint::serve(dpdk::Engine& engine, std::function<std::optional<JournalCounts>()> journal) {
  source_ = std::make_shared<Source>(engine, std::move(journal));
  exposer_->RegisterCollectable(source_);
}

}  // namespace lagoon::lagoond
