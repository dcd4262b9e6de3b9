#include "lagoond/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace lagoon::lagoond {

namespace {

constexpr mode_t kNewMode = 0644;

std::unexpected<Error> of_system(const std::string& path, const char* what) {
  return fail(Errc::system, path + ": " + what + ": " + std::strerror(errno));
}

// Beside the file that it is to replace; gone unless it has done so.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& beside) : name_{beside + ".XXXXXX"} {
    descriptor_ = mkostemp(name_.data(), O_CLOEXEC);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (descriptor_ < 0) return;
    close(descriptor_);
    if (!renamed_) unlink(name_.c_str());
  }
  [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
  [[nodiscard]] bool write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t count = ::write(descriptor_, text.data(), text.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(count));
    }
    return fsync(descriptor_) == 0;
  }
  [[nodiscard]] bool belongs_as(const struct stat& like) const {
    return fchown(descriptor_, like.st_uid, like.st_gid) == 0 &&
           fchmod(descriptor_, like.st_mode & 07777) == 0;
  }
  [[nodiscard]] bool has_mode(mode_t mode) const { return fchmod(descriptor_, mode) == 0; }
  [[nodiscard]] bool rename_to(const std::string& path) {
    return renamed_ = ::rename(name_.c_str(), path.c_str()) == 0;
  }

 private:
  std::string name_;
  int descriptor_ = -1;
  bool renamed_ = false;
};

// So that the new name outlives a loss of power.
bool sync_folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool synced = fsync(descriptor) == 0;
  close(descriptor);
  return synced;
}

}  // namespace

Result<void> write_atomically(const std::string& path, std::string_view text) {
  const std::unique_ptr<char, decltype(&std::free)> real{realpath(path.c_str(), nullptr), &std::free};
  if (!real && errno != ENOENT) return of_system(path, "can't be found");
  const std::string target = real ? real.get() : path;
  struct stat like{};
  const bool is_there = stat(target.c_str(), &like) == 0;
  if (is_there && !S_ISREG(like.st_mode)) return fail(Errc::system, path + ": this is not a file");
  TemporaryFile file{target};
  if (!file.is_open()) return of_system(path, "no file can be made beside it");
  if (!file.write(text)) return of_system(path, "can't be written");
  if (is_there ? !file.belongs_as(like) : !file.has_mode(kNewMode))
    return of_system(path, "its mode and owner can't be kept");
  if (!file.rename_to(target)) return of_system(path, "can't be replaced");
  if (!sync_folder_of(target)) return of_system(path, "was replaced, but its folder can't be synchronised");
  return {};
}

}  // namespace lagoon::lagoond
