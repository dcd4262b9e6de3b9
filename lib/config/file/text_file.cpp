#include "config/file/text_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

namespace lagoon::config {
namespace {

constexpr std::size_t kReadAtOnce = 64 * 1024;

std::unexpected<std::string> file_failure(const char* what) {
  return std::unexpected{std::string{what} + ": " + std::generic_category().message(errno)};
}

const char* file_kind_of(mode_t mode) noexcept {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

std::unexpected<std::string> no_file(mode_t mode) {
  return std::unexpected{std::string{"this is "} + file_kind_of(mode) + "; expected a file"};
}

class Closing {
 public:
  explicit Closing(int descriptor) noexcept : descriptor_{descriptor} {}
  ~Closing() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  Closing(const Closing&) = delete;
  Closing& operator=(const Closing&) = delete;

 private:
  int descriptor_;
};

}  // namespace

std::expected<std::string, std::string> read_text_file(const char* path, std::size_t most) {
  struct stat about{};
  // (before it is opened: opening alone is an act to some devices, and waits at a pipe)
  if (stat(path, &about) != 0) return file_failure("can't be opened");
  if (!S_ISREG(about.st_mode)) return no_file(about.st_mode);
  const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  const Closing closing{descriptor};
  if (descriptor < 0 || fstat(descriptor, &about) != 0) return file_failure("can't be opened");
  if (!S_ISREG(about.st_mode)) return no_file(about.st_mode);
  std::string text;
  std::array<char, kReadAtOnce> room;
  for (;;) {
    const ssize_t size = read(descriptor, room.data(), room.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return file_failure("can't be read");
    if (size == 0) return text;
    text.append(room.data(), static_cast<std::size_t>(size));
    if (text.size() > most)
      return std::unexpected{"the file is too large; at most " + std::to_string(most / 1024) +
                             " KiB are read"};
  }
}

}  // namespace lagoon::config
