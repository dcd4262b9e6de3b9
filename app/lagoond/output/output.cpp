#include "lagoond/output/output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <ext/stdio_sync_filebuf.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>

#include "lagoond/output/log_lines.hpp"
#include "lagoond/output/spout.hpp"

#include <rte_log.h>

namespace lagoon::lagoond {

namespace {

// At the end: for a reader who takes something at all.
constexpr int kFinishLooks = 100;
constexpr timespec kFinishLook{.tv_sec = 0, .tv_nsec = 3'000'000};
constexpr int kLookMs = 250;  // at what could not be written, and for summaries

struct Streams {
  Spout out{};
  Spout err{};
  Spout log{};  // DPDK's: to the standard error as well, each line after its level
  LogLines lines{true};
  std::FILE* out_file = nullptr;
  std::FILE* err_file = nullptr;
  std::FILE* log_file = nullptr;
  int wake = -1;
};
Streams* streams = nullptr;  // (never freed: threads that end late print)

ssize_t print_to(void* spout, const char* text, std::size_t size) {
  static_cast<Spout*>(spout)->print({text, size});
  return static_cast<ssize_t>(size);
}

ssize_t print_log(void* spout, const char* text, std::size_t size) {
  static_cast<Spout*>(spout)->print(LogLines::marked(rte_log_cur_msg_loglevel(), {text, size}));
  return static_cast<ssize_t>(size);
}

std::FILE* file_to(Spout& spout, cookie_write_function_t* write) {
  std::FILE* const file =
      fopencookie(&spout, "w", {.read = nullptr, .write = write, .seek = nullptr, .close = nullptr});
  if (file != nullptr) std::setvbuf(file, nullptr, _IOLBF, BUFSIZ);
  return file;
}

void pump(Spout& spout) {
  while (spout.has_room()) {
    const std::string text = spout.take();
    if (text.empty()) break;
    spout.put(text);
  }
  spout.write_some();
}

void pump_log(Streams& all) {
  while (all.log.has_room()) {
    const std::string text = all.log.take();
    if (text.empty()) break;
    all.log.put(all.lines.taken(text));
  }
  all.log.put(all.lines.due());
  all.log.write_some();
}

// Whether there is something to wait for besides what will be printed: a target that takes nothing now.
void wait(const Streams& all) {
  std::array<pollfd, 7> look{};
  std::size_t count = 0;
  bool stuck = false;
  for (const Spout* spout : {&all.out, &all.err, &all.log}) {
    if (spout->has_room()) look[count++] = {.fd = spout->source(), .events = POLLIN, .revents = 0};
    if (spout->has_pending()) look[count++] = {.fd = spout->target(), .events = POLLOUT, .revents = 0};
    stuck = stuck || spout->has_pending();
  }
  look[count++] = {.fd = all.wake, .events = POLLIN, .revents = 0};
  ::poll(look.data(), count, stuck || !all.lines.is_empty() ? kLookMs : -1);
}

void run() {
  pthread_setname_np(pthread_self(), "output");
  for (;;) {
    pump(streams->out);
    pump(streams->err);
    pump_log(*streams);
    wait(*streams);
  }
}

// What was printed last says why: the thread gets time to write it.
void on_crash(int signal) {
  nanosleep(&kFinishLook, nullptr);
  nanosleep(&kFinishLook, nullptr);
  nanosleep(&kFinishLook, nullptr);
  ::raise(signal);
}

void give_last_words_time() {
  for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
    struct sigaction now{};
    if (sigaction(signal, nullptr, &now) != 0 || now.sa_handler != SIG_DFL) continue;
    now.sa_handler = on_crash;
    now.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
    sigaction(signal, &now, nullptr);
  }
}

Result<void> output_failure(const char* what) {
  return fail(Errc::system, std::string{"output: "} + what + ": " + std::strerror(errno));
}

void redirect(std::FILE* out, std::FILE* err) {
  static __gnu_cxx::stdio_sync_filebuf<char> cout_buffer{out};
  static __gnu_cxx::stdio_sync_filebuf<char> cerr_buffer{err};
  std::fflush(stdout);
  std::cout.flush();
  stdout = out;
  stderr = err;
  std::cout.rdbuf(&cout_buffer);
  std::cerr.rdbuf(&cerr_buffer);
}

}  // namespace

Result<void> Output::begin(bool has_terminal) {
  std::signal(SIGPIPE, SIG_IGN);
  auto* const made = new Streams;
  made->wake = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (!made->out.open(STDOUT_FILENO) || !made->err.open(STDERR_FILENO) || !made->log.open(STDERR_FILENO))
    return output_failure("no pipe");
  made->out_file = file_to(made->out, print_to);
  made->err_file = file_to(made->err, print_to);
  made->log_file = file_to(made->log, print_log);
  if (made->out_file == nullptr || made->err_file == nullptr || made->log_file == nullptr)
    return output_failure("no stream");
  streams = made;
  if (!has_terminal) redirect(made->out_file, made->err_file);
  give_last_words_time();
  std::atexit(&Output::finish);
  std::thread{run}.detach();
  return {};
}

void Output::say(std::string_view text) noexcept {
  if (streams == nullptr) return;
  std::fwrite(text.data(), 1, text.size(), streams->err_file);
  std::fflush(streams->err_file);
}

std::FILE* Output::log() noexcept {
  return streams == nullptr ? nullptr : streams->log_file;
}

std::uint64_t Output::lost_lines() noexcept {
  if (streams == nullptr) return 0;
  return streams->out.lost_lines() + streams->err.lost_lines() + streams->log.lost_lines();
}

void Output::finish() noexcept {
  if (streams == nullptr) return;
  // (not a terminal's: it may stand still)
  for (std::FILE* file : {streams->out_file, streams->err_file, streams->log_file}) std::fflush(file);
  for (int look = 0; look < kFinishLooks; ++look) {
    if (streams->out.is_empty() && streams->err.is_empty() && streams->log.is_empty()) return;
    nanosleep(&kFinishLook, nullptr);
  }
}

}  // namespace lagoon::lagoond
