// What lagoond prints, and how it ends, when others stand in the way.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <future>
#include <string>

#include "lagoond/ending/chore.hpp"
#include "lagoond/ending/last_resort.hpp"
#include "lagoond/output/log_lines.hpp"
#include "lagoond/output/spout.hpp"
#include "support/catch.hpp"

namespace lagoon::lagoond::ending_test {
namespace {

struct Reader {
  int ends[2] = {-1, -1};
  Reader() { REQUIRE(pipe2(ends, O_CLOEXEC) == 0); }
  ~Reader() {
    close(ends[0]);
    if (ends[1] >= 0) close(ends[1]);
  }
  [[nodiscard]] std::string next() const {
    std::string text(1024 * 1024, '\0');
    const ssize_t size = read(ends[0], text.data(), text.size());
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return text;
  }
};

void pump(Spout& spout) {
  while (spout.has_room()) {
    const std::string text = spout.take();
    if (text.empty()) break;
    spout.put(text);
  }
  spout.write_some();
}

TEST_CASE("Nobody who prints waits for a reader, and what is lost is told in its place",
          "[lagoond][output]") {
  const Reader reader;
  Spout spout;
  REQUIRE(spout.open(reader.ends[1]));
  spout.print("one\n");
  pump(spout);
  CHECK(reader.next() == "one\n");
  CHECK(spout.is_empty());
  // Nobody reads any more: a megabyte and more, without a pause.
  const std::string line(99, 'x');
  constexpr std::uint64_t kLines = 20'000;
  for (std::uint64_t i = 0; i < kLines; ++i) {
    spout.print(line + "\n");
    if (i % 100 == 0) pump(spout);
  }
  CHECK(spout.lost_lines() > 0);
  CHECK_FALSE(spout.is_empty());
  std::string all;
  while (!spout.is_empty()) {
    pump(spout);
    all += reader.next();
  }
  const std::string told =
      "lagoond: " + std::to_string(spout.lost_lines()) + " lines were lost here: nobody read them\n";
  CHECK(all.ends_with(told));
  CHECK(static_cast<std::uint64_t>(std::ranges::count(all, '\n')) == kLines - spout.lost_lines() + 1);
  spout.print("again\n");
  pump(spout);
  CHECK(reader.next() == "again\n");
}

TEST_CASE("A reader that has gone ends nothing", "[lagoond][output]") {
  std::signal(SIGPIPE, SIG_IGN);
  Reader reader;
  Spout spout;
  REQUIRE(spout.open(reader.ends[1]));
  close(std::exchange(reader.ends[0], dup(STDIN_FILENO)));
  for (int i = 0; i < 100; ++i) {
    spout.print("two\nlines\n");
    pump(spout);
  }
  CHECK(spout.lost_lines() == 200);
  CHECK(spout.is_empty());
}

TEST_CASE("A disk that is full is tried again with the next line", "[lagoond][output]") {
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  REQUIRE(full >= 0);
  Spout spout;
  REQUIRE(spout.open(full));
  spout.print("a\nb\n");
  pump(spout);
  CHECK(spout.lost_lines() == 2);
  CHECK(spout.is_empty());
  close(full);
}

TEST_CASE("A text longer than a pipe takes at once goes through in its order", "[lagoond][output]") {
  const Reader reader;
  Spout spout;
  REQUIRE(spout.open(reader.ends[1]));
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "line " + std::to_string(i) + "\n";
  spout.print(text + std::string(10'000, 'y'));
  std::string all;
  while (!spout.is_empty()) {
    pump(spout);
    all += reader.next();
  }
  CHECK(all == text + std::string(10'000, 'y'));
}

TEST_CASE("Lines of DPDK's log that differ in numbers only are of one kind", "[lagoond][output]") {
  LogLines lines{false};
  std::string printed;
  for (int i = 0; i < 1000; ++i)
    printed += lines.taken(LogLines::marked(
        4, "EAL: port " + std::to_string(i) + " of 02:00:0a:b" + std::to_string(i % 10) + " refuses\n"));
  CHECK(std::ranges::count(printed, '\n') == 20);
  CHECK(printed.starts_with("EAL: port 0 of 02:00:0a:b0 refuses\nEAL: port 1 of "));
  CHECK(lines.taken(LogLines::marked(4, "another\n")) == "another\n");
  CHECK_FALSE(lines.is_empty());
  // In pieces, as a pipe gives them.
  const std::string marked = LogLines::marked(7, "in pieces\n");
  CHECK(lines.taken(marked.substr(0, 4)).empty());
  CHECK(lines.taken(marked.substr(4)) == "in pieces\n");
}

TEST_CASE("The last resort is taken when the end takes too long, and not otherwise", "[lagoond][ending]") {
  std::promise<std::string> ended;
  LastResort late{10ms, [&](const char* what) { ended.set_value(what); }};
  late.waits_for("a worker");
  late.arm();
  CHECK(ended.get_future().get() == "a worker");
  bool taken = false;
  {
    LastResort in_time{1h, [&](const char*) { taken = true; }};
    in_time.arm();
  }
  {
    const LastResort never_armed{0s, [&](const char*) { taken = true; }};
  }
  CHECK_FALSE(taken);
}

TEST_CASE("Who asks for a chore does not wait, and it is done once more for all who asked meanwhile",
          "[lagoond][ending]") {
  std::promise<void> go;
  const auto gone = go.get_future().share();
  std::promise<void> first_began;
  std::promise<void> second_done;
  std::atomic<int> done = 0;
  {
    Chore chore;
    chore.ask();  // (before there is anybody to do it)
    chore.begin([&] {
      if (done == 0) first_began.set_value();
      gone.wait();
      if (++done == 2) second_done.set_value();
    });
    first_began.get_future().wait();
    for (int i = 0; i < 100; ++i) chore.ask();
    CHECK(done == 0);
    go.set_value();
    second_done.get_future().wait();
  }
  CHECK(done == 2);
}

}  // namespace
}  // namespace lagoon::lagoond::ending_test
