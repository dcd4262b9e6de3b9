#include "lagoond/config_telemetry.hpp"

#include <rte_telemetry.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <sstream>
#include <string_view>

#include "dpdk/telemetry/text_pages.hpp"
#include "lagoond/config_verbs.hpp"

namespace lagoon::lagoond {

namespace {

// DPDK's callbacks get no context of ours and run in threads of its own.
std::timed_mutex mutex;
dpdk::Engine* engine = nullptr;
std::string default_file;

dpdk::TextPages pages;  // guarded by the mutex as well

constexpr std::chrono::seconds kPatience{1};  // with a verb of somebody else's
constexpr std::string_view kUsage =
    "usage: /lagoon/config,show or check|diff|apply|save|save-found[,FILE] or page,PAGE";
constexpr std::string_view kPageQuestion = "/lagoon/config,page";

bool run_verb(std::string_view verb, const std::string& file, std::ostream& out) {
  if (verb == "show") return show_config(*engine, out);
  if (verb == "check") return check_config(file, out);
  if (verb == "diff") return diff_config(*engine, file, out);
  if (verb == "apply") return apply_config(*engine, file, out);
  if (verb == "save") return save_config(*engine, file, Members::as_configured, out);
  if (verb == "save-found") return save_config(*engine, file, Members::as_found, out);
  out << kUsage;
  return false;
}

int on_config(const char*, const char* parameters, rte_tel_data* data) {
  std::unique_lock lock{mutex, std::defer_lock};
  // (by the system's clock: ThreadSanitizer does not see a lock that is taken by the steady one)
  if (!lock.try_lock_until(std::chrono::system_clock::now() + kPatience))
    return rte_tel_data_string(data, "error: another /lagoon/config is under way; try again");
  if (engine == nullptr) return -1;
  const std::string_view words = parameters != nullptr ? parameters : "";
  const std::size_t comma = words.find(',');
  const std::string file =
      comma == std::string_view::npos ? default_file : std::string{words.substr(comma + 1)};
  const std::string_view verb = words.substr(0, comma);
  if (verb == "page") {
    const auto page = pages.next(words.substr(std::min(comma, words.size() - 1) + 1), kPageQuestion);
    return rte_tel_data_string(
        data, page ? page->c_str() : "error: there is no such page any more; ask for the first");
  }
  std::ostringstream out;
  const bool good = run_verb(verb, file, out);
  return rte_tel_data_string(data, pages.first((good ? "" : "error: ") + out.str(), kPageQuestion).c_str());
}

}  // namespace

ConfigTelemetry::ConfigTelemetry(dpdk::Engine& from, const std::string& file) {
  const std::lock_guard lock{mutex};
  engine = &from;
  default_file = file;
  // (a command that can't be registered is missing there: telemetry says so to who asks for it)
  static_cast<void>(rte_telemetry_register_cmd(
      "/lagoon/config", on_config,
      "The configuration that runs, and files. Parameters: show|check|diff|apply|save|save-found[,FILE]"));
}

ConfigTelemetry::~ConfigTelemetry() {
  const std::lock_guard lock{mutex};
  engine = nullptr;
}

}  // namespace lagoon::lagoond
