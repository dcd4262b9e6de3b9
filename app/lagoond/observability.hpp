// Observability: what the configuration asks for so that others see what the Engine does: metrics, the
// journal.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "base/error.hpp"
#include "config/model.hpp"
#include "dpdk/engine/engine.hpp"
#include "lagoond/cluster/cluster_thread.hpp"
#include "lagoond/handover/hand_over.hpp"
#include "lagoond/handover/take_over.hpp"
#include "lagoond/journal/sink.hpp"
#include "lagoond/journal/writer.hpp"
#include "lagoond/metrics/endpoint.hpp"
#include "lagoond/side_cpus.hpp"

namespace lagoon::lagoond {

class Observability {
 public:
  /// To be made before EAL starts, and after signals are blocked.
  explicit Observability(const config::Config& config) : cpus_{config.eal} {}

  /// Takes the port and opens the file, so that what can't be had is told before anything is touched.
  /// `take_over`: from the process that has it until now; nullptr: there is none.
  [[nodiscard]] Result<void> prepare(const config::Config& config, TakeOver* take_over);
  /// What the next process is to have of it. After prepare().
  void add_to(std::vector<Handed>& handed, const config::Config& config) const;
  /// To be called before engine.run(). `engine` outlives this object; nothing comes to it any more when this
  /// object ends.
  [[nodiscard]] Result<void> start(dpdk::Engine& engine);
  /// Asked from now on; nullptr: nobody is. Waits for a scrape that is asking.
  void use(const ClusterThread* cluster);

 private:
  SideCpus cpus_;
  std::mutex cluster_mutex_{};
  const ClusterThread* cluster_ = nullptr;
  std::unique_ptr<LineSink> sink_{};  // until the writer has it
  // (the endpoint asks the writer, so it ends first)
  std::unique_ptr<JournalWriter> journal_{};
  std::unique_ptr<MetricsEndpoint> metrics_{};
};

}  // namespace lagoon::lagoond
