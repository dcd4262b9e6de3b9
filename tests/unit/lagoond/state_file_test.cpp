// The state file: what is written is read by the next process, and nothing else is believed.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>

#include "lagoond/state/state_file.hpp"
#include "state/codec.hpp"
#include "support/catch.hpp"

namespace lagoon::lagoond::state_file_test {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "lagoon-state-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  [[nodiscard]] std::string file() const { return (path_ / "lagoon.state").string(); }
  [[nodiscard]] std::ptrdiff_t files() const { return std::distance(fs::directory_iterator{path_}, {}); }

 private:
  fs::path path_;
};

state::State some_state() {
  state::State state;
  state.configuration = 42;
  state.interfaces.push_back({.name = "eth0", .index = 3, .mtu = 1500, .settings = {}});
  return state;
}

void write(const std::string& path, std::span<const std::byte> octets) {
  std::ofstream file{path, std::ios::binary};
  file.write(reinterpret_cast<const char*>(octets.data()), static_cast<std::streamsize>(octets.size()));
}

std::string refusal(const StateFile& file) {
  const auto read = file.load();
  return read ? "" : read.error().detail.substr(file.path().size());
}

}  // namespace

TEST_CASE("What is written is read by the next process; no file is no fault", "[lagoond][state]") {
  const Folder folder;
  const StateFile file{folder.file()};
  const auto none = file.load();
  REQUIRE(none);
  CHECK_FALSE(*none);
  REQUIRE(file.store(some_state()));
  REQUIRE(file.store(some_state()));  // over one that is there
  struct stat facts{};
  REQUIRE(stat(file.path().c_str(), &facts) == 0);
  CHECK((facts.st_mode & 07777) == 0600);
  CHECK(folder.files() == 1);
  const auto read = file.load();
  REQUIRE(read);
  REQUIRE(*read);
  CHECK((*read)->configuration == 42);
  CHECK(((*read)->interfaces == some_state().interfaces));
  file.remove();
  CHECK(folder.files() == 0);
}

TEST_CASE("A state file that is not ours alone, torn, or no file is refused with the reason",
          "[lagoond][state]") {
  const Folder folder;
  const StateFile file{folder.file()};
  REQUIRE(file.store(some_state()));
  REQUIRE(chmod(file.path().c_str(), 0640) == 0);
  CHECK(refusal(file) == ": others may use it");
  REQUIRE(chmod(file.path().c_str(), 0600) == 0);
  CHECK(refusal(file).empty());
  REQUIRE(truncate(file.path().c_str(), 30) == 0);
  CHECK(refusal(file) == ": it is torn: its length is another than it says");
  state::State other = some_state();
  other.boot = "another";
  write(file.path(), state::encode(other));
  CHECK(refusal(file) == ": it is from before the machine's last boot");
  file.remove();
  REQUIRE(mkfifo(file.path().c_str(), 0600) == 0);
  CHECK(refusal(file) == ": it is no file");
  fs::remove(file.path());
  REQUIRE(symlink("/dev/zero", file.path().c_str()) == 0);
  CHECK_FALSE(refusal(file).empty());
  fs::remove(file.path());
  if (geteuid() != 0) return;
  REQUIRE(file.store(some_state()));
  REQUIRE(chown(file.path().c_str(), 1, 1) == 0);
  CHECK(refusal(file) == ": it belongs to somebody else");
}

TEST_CASE("Where the file can't be written, the reason is told, and what was there stays",
          "[lagoond][state]") {
  const Folder folder;
  CHECK_FALSE(StateFile{folder.file() + "/no/folder"}.store(some_state()));
  const StateFile file{folder.file()};
  REQUIRE(mkdir(file.path().c_str(), 0700) == 0);
  CHECK_FALSE(file.store(some_state()));
  CHECK(fs::is_directory(file.path()));
}

TEST_CASE("What is no state file is neither replaced nor removed", "[lagoond][state]") {
  const Folder folder;
  const StateFile file{folder.file()};
  const auto stays = [&](fs::file_type type) {
    const auto stored = file.store(some_state());
    CHECK_FALSE(stored);
    file.remove();
    CHECK(fs::symlink_status(file.path()).type() == type);
    fs::remove(file.path());
    return stored ? "" : stored.error().detail.substr(file.path().size());
  };
  const std::string words = "a key, a list, or what else one has in files\n";
  const std::span<const std::byte> octets = std::as_bytes(std::span{words});
  write(file.path(), octets);
  REQUIRE(chmod(file.path().c_str(), 0600) == 0);
  CHECK(stays(fs::file_type::regular) == ": this is no state of Lagoon's; it stays as it is");
  REQUIRE(mkfifo(file.path().c_str(), 0600) == 0);
  CHECK(stays(fs::file_type::fifo) == ": it is no file; it stays as it is");
  REQUIRE(symlink("/dev/null", file.path().c_str()) == 0);
  CHECK_FALSE(stays(fs::file_type::symlink).empty());
  REQUIRE(mkdir(file.path().c_str(), 0700) == 0);
  CHECK(stays(fs::file_type::directory) == ": it is no file; it stays as it is");
  // The file beside it, of which nobody thinks.
  write(file.path() + ".new", octets);
  CHECK_FALSE(file.store(some_state()));
  CHECK(fs::file_size(file.path() + ".new") == words.size());
  // One that a lagoond has left, whole or torn, is replaced.
  fs::remove(file.path() + ".new");
  REQUIRE(file.store(some_state()));
  REQUIRE(truncate(file.path().c_str(), 5) == 0);
  CHECK(file.store(some_state()));
}

}  // namespace lagoon::lagoond::state_file_test
