#include "lagoond/start/pid_file.hpp"

#include <bsd/libutil.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace lagoon::lagoond {

PidFile::~PidFile() {
  if (file_ != nullptr) pidfile_remove(file_);
  if (inherited_.is_open() && ours_) ::unlink(inherited_path_.c_str());
}

Result<void> PidFile::write(const std::string& path) {
  pid_t other = 0;
  file_ = pidfile_open(path.c_str(), 0644, &other);
  if (file_ == nullptr && errno == EEXIST)
    return fail(Errc::busy, path + ": another lagoond runs, with pid " + std::to_string(other));
  if (file_ == nullptr) return fail(Errc::system, path + ": " + std::strerror(errno));
  pidfile_write(file_);
  return {};
}

void PidFile::inherit(std::string path, console::Descriptor file) {
  inherited_path_ = std::move(path);
  inherited_ = std::move(file);
}

void PidFile::name_us() {
  if (!inherited_.is_open()) return;
  ours_ = true;
  const std::string pid = std::to_string(getpid());
  static_cast<void>(!::ftruncate(inherited_.number(), 0));
  static_cast<void>(!::pwrite(inherited_.number(), pid.data(), pid.size(), 0));
}

int PidFile::descriptor() const noexcept {
  return file_ != nullptr ? pidfile_fileno(file_) : inherited_.number();
}

}  // namespace lagoon::lagoond
