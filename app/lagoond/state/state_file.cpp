#include "lagoond/state/state_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "console/socket/socket_path.hpp"
#include "state/codec.hpp"

namespace lagoon::lagoond {

namespace {

class Opened {
 public:
  Opened(const std::string& path, int flags, mode_t mode = 0)
      : descriptor_{::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode)} {}
  ~Opened() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  [[nodiscard]] int number() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

[[nodiscard]] std::unexpected<Error> of_system(const std::string& path) {
  return fail(Errc::system, path + ": " + std::strerror(errno));
}

[[nodiscard]] std::string boot_of_machine() {
  std::string boot;
  std::ifstream{"/proc/sys/kernel/random/boot_id"} >> boot;
  return boot;
}

[[nodiscard]] Duration reading_of(clockid_t clock) {
  timespec ts{};
  clock_gettime(clock, &ts);
  return std::chrono::seconds{ts.tv_sec} + Duration{ts.tv_nsec};
}

// A process of that number that is no lagoond has it only since the other one ended. One that is being ended
// has no program any more, but still its files; the first of its threads may be a zombie by then.
[[nodiscard]] bool runs(std::uint32_t process) {
  if (process == 0 || process == static_cast<std::uint32_t>(getpid())) return false;
  const std::string of_process = "/proc/" + std::to_string(process);
  std::error_code error;
  const auto ours = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto its = std::filesystem::read_symlink(of_process + "/exe", error);
  if (!error) return its == ours;
  std::ifstream status{of_process + "/status"};
  bool is_zombie = false;
  int threads = 0;
  for (std::string word; status >> word;) {
    if (word == "State:") is_zombie = status >> word && word == "Z";
    if (word == "Threads:") status >> threads;
  }
  return threads > (is_zombie ? 1 : 0);
}

[[nodiscard]] Result<std::vector<std::byte>> read_whole(const std::string& path, int descriptor,
                                                        std::size_t size) {
  std::vector<std::byte> octets(size);
  std::size_t at = 0;
  while (at < size) {
    const ssize_t count = ::read(descriptor, octets.data() + at, size - at);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return of_system(path);
    if (count == 0) break;
    at += static_cast<std::size_t>(count);
  }
  octets.resize(at);
  return octets;
}

// Nothing is there, or what a lagoond has left. Whatever else it is stays as it is: somebody has mistyped.
[[nodiscard]] Result<void> may_be_replaced(const std::string& path) {
  constexpr std::size_t kBeginning = 64;
  const Opened file{path, O_RDONLY};
  if (file.number() < 0 && errno == ENOENT) return {};
  struct stat facts{};
  if (file.number() < 0 || ::fstat(file.number(), &facts) != 0) return of_system(path);
  if (!S_ISREG(facts.st_mode)) return fail(Errc::permission, path + ": it is no file; it stays as it is");
  const auto octets = read_whole(path, file.number(), kBeginning);
  if (!octets) return std::unexpected{octets.error()};
  const auto decoded = state::decode(*octets);
  if (!decoded && decoded.error() == state::DecodeFault::foreign)
    return fail(Errc::permission,
                path + ": " + std::string{name_of(decoded.error())} + "; it stays as it is");
  return {};
}

}  // namespace

Duration suspended_so_far() {
  return reading_of(CLOCK_BOOTTIME) - reading_of(CLOCK_MONOTONIC);
}

Result<StateFile> StateFile::in_usual_place(const std::string& prefix) {
  auto folder = console::socket_folder();
  if (!folder) return std::unexpected{folder.error()};
  std::error_code error;
  std::filesystem::create_directories(*folder, error);
  if (error) return fail(Errc::system, *folder + ": " + error.message());
  return StateFile{*folder + "/" + prefix + ".state"};
}

void StateFile::await_end_of_writer() const {
  const auto state = read();
  if (!state || !*state) return;
  for (int i = 0; i < 500 && runs((*state)->process); ++i) ::usleep(2'000);
}

Result<std::optional<state::State>> StateFile::load(pid_t giver) const {
  auto state = read();
  if (!state || !*state) return state;
  if ((*state)->boot != boot_of_machine())
    return fail(Errc::invalid_argument, path_ + ": it is from before the machine's last boot");
  const bool is_given = giver != 0 && (*state)->process == static_cast<std::uint32_t>(giver);
  if (!is_given && runs((*state)->process))
    return fail(Errc::busy, path_ + ": process " + std::to_string((*state)->process) + " has it");
  return state;
}

Result<std::optional<state::State>> StateFile::read() const {
  const Opened file{path_, O_RDONLY};
  if (file.number() < 0 && errno == ENOENT) return std::nullopt;
  struct stat facts{};
  if (file.number() < 0 || ::fstat(file.number(), &facts) != 0) return of_system(path_);
  if (!S_ISREG(facts.st_mode)) return fail(Errc::permission, path_ + ": it is no file");
  if (facts.st_uid != geteuid()) return fail(Errc::permission, path_ + ": it belongs to somebody else");
  if ((facts.st_mode & 077) != 0) return fail(Errc::permission, path_ + ": others may use it");
  if (static_cast<std::size_t>(facts.st_size) > state::kOctetsMax)
    return fail(Errc::invalid_argument, path_ + ": it is too large");
  const auto octets = read_whole(path_, file.number(), static_cast<std::size_t>(facts.st_size));
  if (!octets) return std::unexpected{octets.error()};
  auto state = state::decode(*octets);
  if (!state) return fail(Errc::invalid_argument, path_ + ": " + std::string{name_of(state.error())});
  return std::optional{*std::move(state)};
}

Result<void> StateFile::store(state::State state) const {
  state.boot = boot_of_machine();
  state.process = static_cast<std::uint32_t>(getpid());
  state.suspended = suspended_so_far();
  const std::vector<std::byte> octets = state::encode(state);
  const std::string beside = path_ + ".new";
  LAGOON_TRY(may_be_replaced(path_));
  LAGOON_TRY(may_be_replaced(beside));
  ::unlink(beside.c_str());
  {
    const Opened file{beside, O_WRONLY | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR};
    if (file.number() < 0) return of_system(beside);
    std::span<const std::byte> left{octets};
    while (!left.empty()) {
      const ssize_t count = ::write(file.number(), left.data(), left.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) {
        auto failed = of_system(beside);
        ::unlink(beside.c_str());
        return failed;
      }
      left = left.subspan(static_cast<std::size_t>(count));
    }
  }
  if (::rename(beside.c_str(), path_.c_str()) != 0) return of_system(path_);
  return {};
}

void StateFile::remove() const {
  if (may_be_replaced(path_)) ::unlink(path_.c_str());
}

}  // namespace lagoon::lagoond
