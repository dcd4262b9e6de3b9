#include "console/socket/socket_path.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <vector>

#include "console/socket/control_socket.hpp"

namespace lagoon::console {

Result<std::string> socket_folder() {
  if (geteuid() == 0) return "/run/lagoon";
  if (const char* const given = std::getenv("RUNTIME_DIRECTORY"); given != nullptr && *given == '/')
    return given;
  const char* const runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime == nullptr || *runtime == '\0')
    return fail(Errc::no_such_thing,
                "XDG_RUNTIME_DIR is not set, so there is no usual place for a control socket");
  return std::string{runtime} + "/lagoon";
}

Result<std::string> default_socket_path(std::string_view prefix) {
  auto folder = socket_folder();
  if (!folder) return folder;
  return *folder + "/" + std::string{prefix} + ".sock";
}

Result<std::string> only_socket_in(const std::string& folder) {
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator{folder, error})
    // (one that was killed has left its socket)
    if (entry.path().extension() == ".sock" && connect_to(entry.path().string()))
      found.push_back(entry.path().string());
  if (found.empty())
    return fail(Errc::no_such_thing, "no lagoond and no program has a control socket in " + folder);
  if (found.size() == 1) return found.front();
  std::string text = "several have a control socket; say which with --socket:";
  for (const std::string& path : found) text += " " + path;
  return fail(Errc::no_such_thing, text);
}

}  // namespace lagoon::console
