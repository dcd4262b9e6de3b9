// capture: what passes ports, into a file where lagoond runs.
#include <array>

#include "console/session.hpp"

namespace lagoon::console {

namespace {

Result<Outcome> said(Result<std::string> text) {
  if (!text) return std::unexpected{text.error()};
  return Outcome{.text = *std::move(text) + "\n"};
}

Result<Outcome> start_capture(Session& session, const Arguments& arguments) {
  std::vector<std::string> of;
  for (const Word& word : words_of(arguments["PORTS"])) of.emplace_back(word.text);
  return said(session.running.start_capture(std::string{arguments["FILE"]}, of));
}

Result<Outcome> stop_capture(Session& session, const Arguments&) {
  return said(session.running.stop_capture());
}

Result<Outcome> show_capture(Session& session, const Arguments&) {
  return said(session.running.describe_capture());
}

constexpr std::array<CommandRow, 3> kCaptureCommands{{
    {"capture start FILE [of PORTS...]", "Into a new file; PORTS are LAGs, members, access ports; or all",
     start_capture},
    {"capture stop", "Says how many frames were written, and how many were lost", stop_capture},
    {"show capture", "The same, while it goes on", show_capture},
}};

}  // namespace

std::span<const CommandRow> capture_commands() noexcept {
  return kCaptureCommands;
}

}  // namespace lagoon::console
