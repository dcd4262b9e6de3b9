#include "lagoond/journal/sink.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>
#include <variant>

#include "lagoond/journal/system_log.hpp"

namespace lagoon::lagoond {

namespace {

std::int64_t clock_ns(clockid_t clock) noexcept {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// A file that somebody else may rename or remove (logrotate): then a new one is made at the old path.
class File final : public LineSink {
 public:
  explicit File(std::string path) : path_{std::move(path)} {}
  ~File() override { close(); }

  [[nodiscard]] Result<void> open() {
    close();
    // (O_NONBLOCK: a pipe that nobody reads is an error, and not a place to wait in)
    descriptor_ =
        ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
    if (descriptor_ < 0) return error();
    if (::fstat(descriptor_, &known_) != 0) return error();
    torn_ = false;
    return {};
  }

  [[nodiscard]] Result<void> write(std::span<const Line> lines) override {
    if (descriptor_ < 0 || !is_still_there()) LAGOON_TRY(open());
    const std::int64_t now = clock_ns(CLOCK_REALTIME);
    const std::int64_t epoch = now - clock_ns(CLOCK_MONOTONIC);
    std::string text{torn_ ? "\n" : ""};
    for (const Line& line : lines)
      text += timestamp(line.at ? epoch + to_ns(*line.at) : now) + " " + line.text + "\n";
    for (std::string_view rest = text; !rest.empty();) {
      const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return error();
      rest.remove_prefix(static_cast<std::size_t>(written));
      torn_ = !rest.empty() && rest.data()[-1] != '\n';
    }
    return {};
  }

 private:
  [[nodiscard]] bool is_still_there() const {
    struct stat now{};
    return ::stat(path_.c_str(), &now) == 0 && now.st_dev == known_.st_dev && now.st_ino == known_.st_ino;
  }
  [[nodiscard]] std::unexpected<Error> error() const {
    return fail(Errc::system, "journal: " + path_ + ": " + std::strerror(errno));
  }
  void close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }

  std::string path_;
  int descriptor_ = -1;
  bool torn_ = false;  // a line was begun, and not ended
  struct stat known_{};
};

}  // namespace

Result<std::unique_ptr<LineSink>> open_sink(const config::JournalSink& where) {
  if (std::holds_alternative<config::SystemLog>(where)) return std::make_unique<SystemLog>();
  const auto* const wanted = std::get_if<config::JournalFile>(&where);
  if (wanted == nullptr) return nullptr;
  auto file = std::make_unique<File>(wanted->path);
  LAGOON_TRY(file->open());
  return file;
}

}  // namespace lagoon::lagoond
