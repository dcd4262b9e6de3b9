#include "lagoond/output/log_lines.hpp"

#include <rte_log.h>

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "dpdk/base/monotonic_clock.hpp"

namespace lagoon::lagoond {

namespace {

constexpr std::size_t kLineMost = 1024;
// The system's log that hangs is asked again after so long.
constexpr Duration kDeafness = 5s;

// Words that have a number in them (addresses, ports, counts) are alike.
std::uint64_t log_kind_of(std::string_view line) {
  std::string shape;
  while (!line.empty()) {
    const std::string_view word = line.substr(0, line.find_first_of(" =,;()[]", 1));
    shape += word.find_first_of("0123456789") == std::string_view::npos ? word : "0";
    line.remove_prefix(word.size());
  }
  return std::hash<std::string>{}(shape);
}

}  // namespace

std::string LogLines::marked(int level, std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out += static_cast<char>('0' + std::clamp(level, 0, 9));
    out += text.substr(0, std::min(end, kLineMost));
    out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string LogLines::taken(std::string_view text) {
  const Instant now = dpdk::now();
  std::string out;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    begun_ += text.substr(0, end);
    text.remove_prefix(end + 1);
    const std::string line = std::exchange(begun_, {});
    if (line.empty()) continue;
    const bool bad = line[0] - '0' <= static_cast<int>(RTE_LOG_WARNING);
    Entry entry{bad ? Severity::warning : Severity::notice, line.substr(1)};
    const std::uint64_t kind = log_kind_of(entry.text);
    if (const auto admitted = limiter_.admit(kind, std::move(entry), now)) out += said(*admitted);
  }
  begun_ += text;
  return out;
}

std::string LogLines::due() {
  std::string out;
  const Instant now = dpdk::now();
  while (auto summary = limiter_.take(now)) {
    if (summary->before > 0)
      summary->last.text += "; " + std::to_string(summary->before) + " more like this in " +
                            std::to_string((to_ms(summary->during) + 999) / 1000) + " s";
    out += said(summary->last);
  }
  return out;
}

std::string LogLines::said(const Entry& entry) {
  tell_system(entry);
  return entry.text + "\n";
}

void LogLines::tell_system(const Entry& entry) {
  if (!tells_system_ || dpdk::now() < deaf_until_) return;
  const std::array<Line, 1> line{{{.severity = entry.severity, .text = entry.text}}};
  if (!system_.write(line)) deaf_until_ = dpdk::now() + kDeafness;
}

}  // namespace lagoon::lagoond
