#include "lagoond/privileges/privileges.hpp"

#include <cap-ng.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

#include "config/plan/capabilities.hpp"

namespace lagoon::lagoond {

namespace {

using config::Capability;

constexpr mode_t kSharedFolder = 01775;  // root's, its group may make files there, and each removes its own

std::unexpected<Error> failed(const std::string& what) {
  return fail(errno == EPERM || errno == EACCES ? Errc::permission : Errc::system,
              what + ": " + std::strerror(errno));
}

unsigned number_of(Capability capability) {
  return static_cast<unsigned>(capability);
}

// What the process has of them; the others can't be kept.
std::vector<Capability> at_hand(const std::vector<Capability>& wanted) {
  std::vector<Capability> held;
  for (const Capability capability : wanted)
    if (capng_have_capability(CAPNG_PERMITTED, number_of(capability)) != 0) held.push_back(capability);
  return held;
}

Result<void> share_run_folder(gid_t group) {
  if (mkdir(kRunFolder, kSharedFolder) != 0 && errno != EEXIST) return failed(kRunFolder);
  if (chown(kRunFolder, 0, group) != 0 || chmod(kRunFolder, kSharedFolder) != 0) return failed(kRunFolder);
  return {};
}

// Gives whether it became another, and has dropped what goes with that.
Result<bool> become(const std::string& name) {
  const passwd* const user = getpwnam(name.c_str());
  if (user == nullptr) return fail(Errc::no_such_thing, "there is no user '" + name + "'");
  if (user->pw_uid == geteuid()) return false;
  if (geteuid() != 0) return fail(Errc::permission, "only root can become the user '" + name + "'");
  LAGOON_TRY(share_run_folder(user->pw_gid));
  // Where DPDK, and whoever asks lagoond, look for the sockets of who is not root.
  setenv("RUNTIME_DIRECTORY", kRunFolder, 1);
  const auto flags =
      static_cast<capng_flags_t>(CAPNG_INIT_SUPP_GRP | CAPNG_CLEAR_BOUNDING | CAPNG_CLEAR_AMBIENT);
  if (const int step = capng_change_id(static_cast<int>(user->pw_uid), static_cast<int>(user->pw_gid), flags);
      step != 0)
    return failed("the user '" + name + "', step " + std::to_string(-step));
  // (or what /proc/self has would be root's)
  if (prctl(PR_SET_DUMPABLE, 1) != 0) return failed("the user '" + name + "'");
  return true;
}

// The rings of net_af_packet are locked memory, more than 8 MB of it where frames are long. Who may not raise
// the limit has what it was given.
void lift_locked_memory() {
  const rlimit all{.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
  static_cast<void>(setrlimit(RLIMIT_MEMLOCK, &all));
}

}  // namespace

config::PciBinding pci_binding_of(std::string_view address) {
  const std::filesystem::path device = std::filesystem::path{"/sys/bus/pci/devices"} / address;
  std::error_code error;
  const auto driver = std::filesystem::read_symlink(device / "driver", error);
  return {.driver = error ? "" : driver.filename().string(),
          .translated = std::filesystem::exists(device / "iommu_group", error)};
}

Result<std::string> drop_privileges(const config::Config& config) {
  lift_locked_memory();
  if (capng_get_caps_process() != 0) return failed("capabilities");
  const auto kept = at_hand(config::capabilities_of(config, pci_binding_of));
  // (without SETPCAP the bounding set can't be emptied; nor can who has no new privileges make use of it)
  const bool bounds = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) != 0;
  capng_clear(CAPNG_SELECT_ALL);
  for (const Capability capability : kept)
    capng_update(CAPNG_ADD, static_cast<capng_type_t>(CAPNG_EFFECTIVE | CAPNG_PERMITTED),
                 number_of(capability));
  const auto is_another = config.user ? become(*config.user) : Result<bool>{false};
  if (!is_another) return std::unexpected{is_another.error()};
  const int selected = CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT | (bounds ? CAPNG_SELECT_BOUNDS : 0);
  if (!*is_another && capng_apply(static_cast<capng_select_t>(selected)) != 0) return failed("capabilities");
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("no new privileges");
  return config::in_words(kept);
}

}  // namespace lagoon::lagoond
