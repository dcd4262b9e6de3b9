#include "lagoond/ending/ending.hpp"

#include <unistd.h>

#include <string>
#include <utility>

#include "lagoond/ending/packet_sockets.hpp"
#include "lagoond/output/output.hpp"

namespace lagoon::lagoond {

Ending::Ending(Duration timeout)
    : timeout_{timeout}, last_resort_{timeout, [this](const char* what) { end_now(what); }} {}

void Ending::request() noexcept {
  last_resort_.arm();
  // (with use(): one of the two sees what the other has done)
  requested_.store(true, std::memory_order_seq_cst);
  if (dpdk::Engine* const engine = engine_.load(std::memory_order_seq_cst)) ask(*engine);
}

void Ending::use(dpdk::Engine* engine, std::function<void()> first) {
  if (engine != nullptr) first_ = std::move(first);
  engine_.store(engine, std::memory_order_seq_cst);
  if (engine != nullptr && requested_.load(std::memory_order_seq_cst)) ask(*engine);
}

void Ending::ask(dpdk::Engine& engine) const {
  if (first_)
    first_();
  else
    engine.request_stop();
}

void Ending::removes(std::string path) {
  const std::lock_guard lock{mutex_};
  files_.push_back(std::move(path));
}

void Ending::end_now(const char* waits_for) {
  const bool told = told_.load(std::memory_order_relaxed);
  Output::say("lagoond: " + std::string{waits_for} + " took longer than the shutdown-timeout (" +
              std::to_string(to_ms(timeout_)) + " ms); it ends now, and the Partners " +
              (told ? "know\n" : "may not know\n"));
  remove_files();
  Output::finish();
  ::_exit(told ? 0 : 1);
}

void Ending::remove_files() {
  const std::lock_guard lock{mutex_};
  for (const std::string& file : files_) ::unlink(file.c_str());
}

void Ending::keep_files() {
  const std::lock_guard lock{mutex_};
  files_.clear();
}

void Ending::leave() {
  remove_files();
  Output::finish();
  give_back_packet_sockets();
  ::_exit(0);
}

}  // namespace lagoon::lagoond
