#include "lagoond/output/spout.hpp"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace lagoon::lagoond {

namespace {

// A pipe takes as much as a whole, or nothing; and one that can be written to has room for it.
constexpr std::size_t kPieceMost = PIPE_BUF;
constexpr int kPipeRoom = 256 * 1024;

// Up to `most` octets, to the end of a line where there is one.
std::string_view piece_of(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  const std::size_t end = text.substr(0, most).rfind('\n');
  return text.substr(0, end == std::string_view::npos ? most : end + 1);
}

bool takes_some(int descriptor) noexcept {
  pollfd look{.fd = descriptor, .events = POLLOUT, .revents = 0};
  return ::poll(&look, 1, 0) > 0;
}

ssize_t write_now(int descriptor, std::string_view text) noexcept {
  const ssize_t sent = ::send(descriptor, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent >= 0 || errno != ENOTSOCK) return sent;
  return ::write(descriptor, text.data(), text.size());
}

}  // namespace

bool Spout::open(int to) noexcept {
  to_ = to;
  if (::pipe2(pipe_, O_CLOEXEC | O_NONBLOCK) != 0) return false;
  // (an ordinary user may have no more pipes of that size: then it is smaller)
  static_cast<void>(::fcntl(pipe_[1], F_SETPIPE_SZ, kPipeRoom));
  return true;
}

void Spout::lose(std::string_view text) noexcept {
  const auto lines = static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
  lost_.fetch_add(std::max<std::uint64_t>(lines, 1), std::memory_order_relaxed);
}

void Spout::print(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::string_view piece = piece_of(text, kPieceMost);
    ssize_t written = 0;
    do written = ::write(pipe_[1], piece.data(), piece.size());
    while (written < 0 && errno == EINTR);
    if (written < 0) lose(piece);
    text.remove_prefix(piece.size());
  }
}

std::string Spout::take() {
  // (before the pipe is empty: is_empty() sees one or the other)
  busy_.store(true, std::memory_order_release);
  std::string text(std::min<std::size_t>(kPendingMost, kPipeRoom), '\0');
  const ssize_t size = ::read(pipe_[0], text.data(), text.size());
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

void Spout::write_some() {
  write_pending();
  busy_.store(!pending_.empty(), std::memory_order_release);
}

void Spout::write_pending() {
  while (!pending_.empty() && takes_some(to_)) {
    const std::string_view piece = piece_of(pending_, kPieceMost);
    const ssize_t written = write_now(to_, piece);
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (written < 0) {
      // Nobody is there any more, or a disk is full: the same may be so for the next line, or not.
      lose(piece);
      pending_.erase(0, piece.size());
      continue;
    }
    pending_.erase(0, static_cast<std::size_t>(written));
    if (!pending_.empty()) continue;
    if (const std::uint64_t lost = lost_lines(); lost != told_) {
      pending_ = "lagoond: " + std::to_string(lost - told_) + " lines were lost here: nobody read them\n";
      told_ = lost;
    }
  }
}

bool Spout::is_empty() const noexcept {
  int waiting = 0;
  const bool pipe_is_empty = ::ioctl(pipe_[0], FIONREAD, &waiting) != 0 || waiting == 0;
  return pipe_is_empty && !busy_.load(std::memory_order_acquire);
}

}  // namespace lagoon::lagoond
