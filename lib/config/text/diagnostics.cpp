#include "config/text/diagnostics.hpp"

#include <algorithm>
#include <ostream>
#include <utility>

namespace lagoon::config {

void Diagnostics::add(std::optional<Position> at, std::string message, Severity severity) {
  Diagnostic diagnostic{at, std::move(message), severity};
  if (std::ranges::find(sorted_, diagnostic) != sorted_.end()) return;
  if (sorted_.size() == kKept) {
    ++omitted_;
    return;
  }
  sorted_.insert(std::ranges::upper_bound(sorted_, at, {}, &Diagnostic::at), std::move(diagnostic));
}

bool Diagnostics::has_errors() const noexcept {
  return omitted_ != 0 ||
         std::ranges::any_of(sorted_, [](const Diagnostic& d) { return d.severity == Severity::error; });
}

void print(std::ostream& out, std::string_view file, const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics.items()) {
    out << file;
    if (diagnostic.at) out << ':' << diagnostic.at->line << ':' << diagnostic.at->column;
    out << (diagnostic.severity == Severity::error ? ": error: " : ": warning: ") << diagnostic.message
        << '\n';
  }
  if (diagnostics.omitted() != 0)
    out << file << ": error: and " << diagnostics.omitted() << " more; correct these first\n";
}

}  // namespace lagoon::config
