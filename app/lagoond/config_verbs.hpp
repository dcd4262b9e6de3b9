// The verbs on the configuration of a running lagoond: show, check, diff, apply, save. Each writes plain text
// and says whether all is well; a signal, telemetry and a console all speak through these.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

#include "dpdk/engine/engine.hpp"

namespace lagoon::lagoond {

/// What runs, as a file would say it.
[[nodiscard]] bool show_config(dpdk::Engine& engine, std::ostream& out);
/// All that is wrong with a file, or what lagoond would do with it at a start.
[[nodiscard]] bool check_config(const std::string& path, std::ostream& out);
/// The steps from what runs to the file, or why there are none.
[[nodiscard]] bool diff_config(dpdk::Engine& engine, const std::string& path, std::ostream& out);
/// Takes these steps: all, or none. The plan is written before the first one.
[[nodiscard]] bool apply_config(dpdk::Engine& engine, const std::string& path, std::ostream& out);
enum class Members : std::uint8_t {
  as_configured,
  as_found,  // of LAGs that find theirs: those that they have now, listed
};
/// Writes what runs to a file, which is the old one or the new one at every moment.
[[nodiscard]] bool save_config(dpdk::Engine& engine, const std::string& path, Members members,
                               std::ostream& out);

}  // namespace lagoon::lagoond
