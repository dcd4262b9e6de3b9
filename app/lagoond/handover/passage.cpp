#include "lagoond/handover/passage.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace lagoon::lagoond {

namespace {

constexpr std::size_t kMessageMost = 4096;

// Room for one descriptor beside a message.
union Control {
  cmsghdr align;
  std::array<char, CMSG_SPACE(sizeof(int))> room;
};

[[nodiscard]] std::unexpected<Error> gone() {
  return fail(Errc::no_such_thing, "the other process has gone");
}

}  // namespace

std::string passage_path(const std::string& state_file) {
  return state_file + ".take-over";
}

bool Passage::say(std::string_view word, std::string_view text, int descriptor) {
  std::string octets{word};
  if (!text.empty()) octets.append(" ").append(text.substr(0, kMessageMost - word.size() - 1));
  iovec data{.iov_base = octets.data(), .iov_len = octets.size()};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  Control control{};
  if (descriptor >= 0) {
    message.msg_control = control.room.data();
    message.msg_controllen = control.room.size();
    cmsghdr* const head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(head), &descriptor, sizeof descriptor);
  }
  ssize_t sent = 0;
  do sent = sendmsg(socket_.number(), &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(octets.size());
}

Result<Message> Passage::hear(Duration patience, int wakes) {
  std::array<pollfd, 2> wait{{{.fd = socket_.number(), .events = POLLIN, .revents = 0},
                              {.fd = wakes, .events = POLLIN, .revents = 0}}};
  const int ready = ::poll(wait.data(), wait.size(), static_cast<int>(to_ms(patience)));
  if (wait[0].revents == 0) {
    if (ready < 0 && errno == EINTR) return hear(patience, wakes);
    return fail(Errc::busy, "the other process did not answer in time");
  }
  std::array<char, kMessageMost> room;
  iovec data{.iov_base = room.data(), .iov_len = room.size()};
  Control control{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.room.data();
  message.msg_controllen = control.room.size();
  ssize_t size = 0;
  do size = recvmsg(socket_.number(), &message, MSG_CMSG_CLOEXEC);
  while (size < 0 && errno == EINTR);
  if (size <= 0) return gone();
  Message heard;
  for (cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr; head = CMSG_NXTHDR(&message, head)) {
    if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(head), sizeof descriptor);
    heard.descriptor = console::Descriptor{descriptor};
  }
  const std::string_view octets{room.data(), static_cast<std::size_t>(size)};
  const std::size_t blank = octets.find(' ');
  heard.word = octets.substr(0, blank);
  if (blank != std::string_view::npos) heard.text = octets.substr(blank + 1);
  return heard;
}

}  // namespace lagoon::lagoond
