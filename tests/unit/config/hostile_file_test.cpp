// Files that are none, and texts that would cost far more than their octets: refused in words, at once, and
// for little memory.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "config/file/text_file.hpp"
#include "config/file/yaml_reader.hpp"
#include "config/plan/check.hpp"
#include "printed.hpp"
#include "support/catch.hpp"
#include "support/sanitized.hpp"

namespace lagoon::config::hostile_file_test {
namespace {

namespace fs = std::filesystem;

struct Folder {
  fs::path path;
  Folder() {
    std::string name = (fs::temp_directory_path() / "lagoon-file-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { fs::remove_all(path); }
  [[nodiscard]] std::string file(const char* name) const { return (path / name).string(); }
};

std::string refusal(const std::string& path) {
  const auto read = read_config_file(path.c_str());
  REQUIRE_FALSE(read);
  std::ostringstream out;
  print(out, "f", read.error());
  return out.str();
}

TEST_CASE("What is no file is refused in words, and nobody waits for it", "[config][file]") {
  const Folder folder;
  const std::string pipe = folder.file("pipe");
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(refusal(pipe) == "f: error: this is a pipe; expected a file\n");
  CHECK(refusal(folder.path) == "f: error: this is a folder; expected a file\n");
  CHECK(refusal("/dev/zero") == "f: error: this is a device; expected a file\n");
  CHECK(refusal("/dev/tty").starts_with("f: error: "));
  const std::string socket_path = folder.file("socket");
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket_path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  CHECK(refusal(socket_path) == "f: error: this is a socket; expected a file\n");
  close(socket);
  const std::string link = folder.file("link");
  fs::create_symlink(pipe, link);
  CHECK(refusal(link) == "f: error: this is a pipe; expected a file\n");
  fs::create_symlink("loop", folder.file("loop"));
  CHECK(refusal(folder.file("loop")) == "f: error: can't be opened: Too many levels of symbolic links\n");
  std::ostringstream out;
  CHECK(check_config_file(pipe.c_str(), out, out) == 1);
}

TEST_CASE("A file of any size costs no more than the largest that is read", "[config][file]") {
  const Folder folder;
  const std::string sparse = folder.file("sparse");
  std::ofstream{sparse} << "x";
  fs::resize_file(sparse, std::uintmax_t{1} << 40U);
  CHECK(refusal(sparse) == "f: error: the file is too large; at most 256 KiB are read\n");
  // (it says 0 octets of itself, and has some)
  CHECK(read_text_file("/proc/self/status", 1 << 16U));
}

std::size_t peak_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss);
}

std::string repeated(const std::string& what, std::size_t octets) {
  std::string text;
  while (text.size() + what.size() <= octets) text += what;
  return text;
}

TEST_CASE("Aliases are bounded by the octets that they stand for", "[config][file]") {
  const std::string shown = "the file is too large";
  const std::size_t before = peak_kib();
  const std::string large =
      "a: &a \"" + std::string(200'000, 'x') + "\"\nb: [" + repeated("*a, ", 50'000) + "]\n";
  CHECK(mistakes(large)[0].find(shown) != std::string::npos);
  const std::string keys = "a: &a \"" + std::string(200'000, 'x') + "\"\nb:\n" + repeated(" ? *a\n", 50'000);
  CHECK(mistakes(keys)[0].find(shown) != std::string::npos);
  // An anchor around an anchor around an anchor is one copy each.
  std::string nested = "a: ";
  for (int i = 0; i < 30; ++i) nested += "&a" + std::to_string(i) + " [";
  nested += std::string(200'000, 'x') + std::string(30, ']') + "\n";
  CHECK(mistakes(nested)[0].find(shown) != std::string::npos);
  if (!test::kSanitized) CHECK(peak_kib() - before < 64 * 1024);
}

// Each as large as a file may be: what a scanner, a parser or a search for duplicates may take badly.
TEST_CASE("No text takes longer than its octets explain", "[config][file]") {
  const std::string text = GENERATE(
      repeated("[", kTextMax), repeated("{", kTextMax), repeated("[{", kTextMax), repeated("- ", kTextMax),
      repeated("? ", kTextMax), repeated("&a ", kTextMax), "a: &a x\nb: [" + repeated("*a,", 200'000) + "]",
      repeated("!!", kTextMax), repeated("'", kTextMax), repeated("\"\\", kTextMax),
      repeated("|\n", kTextMax), repeated("#", kTextMax), repeated("a: ", kTextMax),
      repeated("a:\n", kTextMax), repeated("%\n", kTextMax), repeated("---\n", kTextMax),
      repeated("\t", kTextMax), repeated("\r\n", kTextMax), "{" + repeated("a,", 250'000) + "}",
      "{" + repeated("a: b,", 250'000) + "}", "lags:\n" + repeated("- {}\n", 250'000),
      "lags:\n" + repeated("- name: x\n", 250'000), [] {
        std::string keys;
        for (int i = 0; keys.size() < 250'000; ++i) keys += "key" + std::to_string(i) + ": 1\n";
        return keys;
      }());
  const auto begun = std::clock();
  const auto read = parse_config(text);
  const double took = static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC;
  INFO(text.substr(0, 40));
  CHECK_FALSE(read);
  CHECK(took < (test::kSanitized ? 30 : 3));
}

}  // namespace
}  // namespace lagoon::config::hostile_file_test
