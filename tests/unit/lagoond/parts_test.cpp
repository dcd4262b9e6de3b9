// The parts of lagoond that need no Engine: files that are replaced, what systemd hears, the command line.
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "config/file/yaml_reader.hpp"
#include "lagoond/atomic_file.hpp"
#include "lagoond/options.hpp"
#include "lagoond/service_manager.hpp"
#include "lagoond/service_thread.hpp"
#include "lagoond/start/example.hpp"
#include "notify_socket.hpp"
#include "options/mode.hpp"
#include "support/catch.hpp"

namespace lagoon::lagoond::parts_test {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "lagoon-parts-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  [[nodiscard]] std::string file(const char* name) const { return (path_ / name).string(); }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator{path_}, fs::directory_iterator{}));
  }

 private:
  fs::path path_;
};

std::string text_of(const std::string& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

struct stat stat_of(const std::string& path) {
  struct stat about{};
  REQUIRE(stat(path.c_str(), &about) == 0);
  return about;
}

TEST_CASE("A file is replaced as a whole, and keeps its mode and its owner", "[lagoond][file]") {
  const Folder folder;
  const std::string path = folder.file("lag.yaml");
  REQUIRE(write_atomically(path, "first\n"));
  CHECK(text_of(path) == "first\n");
  CHECK((stat_of(path).st_mode & 07777) == 0644);
  const ino_t first = stat_of(path).st_ino;

  REQUIRE(chmod(path.c_str(), 0640) == 0);
  if (getuid() == 0) REQUIRE(chown(path.c_str(), 12, 34) == 0);
  const struct stat before = stat_of(path);
  std::ifstream reader{path};  // who has the old one open reads the old one
  REQUIRE(write_atomically(path, "second\n"));
  CHECK(std::string{std::istreambuf_iterator<char>{reader}, {}} == "first\n");
  CHECK(text_of(path) == "second\n");
  CHECK(stat_of(path).st_mode == before.st_mode);
  CHECK(stat_of(path).st_uid == before.st_uid);
  CHECK(stat_of(path).st_gid == before.st_gid);
  CHECK(stat_of(path).st_ino != first);
  CHECK(folder.files() == 1);
}

TEST_CASE("A symbolic link stays, and its file is replaced", "[lagoond][file]") {
  const Folder folder;
  const std::string path = folder.file("real.yaml");
  const std::string link = folder.file("link.yaml");
  REQUIRE(write_atomically(path, "first\n"));
  fs::create_symlink("real.yaml", link);
  REQUIRE(write_atomically(link, "second\n"));
  CHECK(fs::is_symlink(link));
  CHECK(text_of(path) == "second\n");
}

TEST_CASE("What can't be written stays as it was, and the error names it", "[lagoond][file]") {
  const Folder folder;
  const auto no_folder = write_atomically(folder.file("no/such.yaml"), "x");
  REQUIRE_FALSE(no_folder);
  CHECK(no_folder.error().detail ==
        folder.file("no/such.yaml") + ": no file can be made beside it: No such file or directory");
  fs::create_directory(folder.file("dir"));
  const auto no_file = write_atomically(folder.file("dir"), "x");
  REQUIRE_FALSE(no_file);
  CHECK(no_file.error().detail == folder.file("dir") + ": this is not a file");
  CHECK(folder.files() == 1);
}

TEST_CASE("systemd hears one message for each thing", "[lagoond][service]") {
  CHECK_FALSE(ServiceManager::listens());
  const test::NotifySocket systemd;
  CHECK(ServiceManager::listens());
  ServiceManager::say("two\nlines");
  CHECK(systemd.next() == "STATUS=two lines");
  ServiceManager::ready("well");
  CHECK(systemd.next() == "READY=1\nSTATUS=well");
  ServiceManager::alive();
  CHECK(systemd.next() == "WATCHDOG=1");
  ServiceManager::reloading();
  const std::string reloading = systemd.next().value_or("");
  CHECK(reloading.starts_with("RELOADING=1\nMONOTONIC_USEC="));
  CHECK(std::stoull(reloading.substr(reloading.rfind('=') + 1)) > 0);
  ServiceManager::stopping();
  CHECK(systemd.next() == "STOPPING=1\nSTATUS=leaving the LAGs");
}

TEST_CASE("The watchdog's interval is taken when it is ours", "[lagoond][service]") {
  CHECK_FALSE(ServiceManager::watchdog());
  setenv("WATCHDOG_USEC", "3000000", 1);
  setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  CHECK(ServiceManager::watchdog() == Duration{3s});
  setenv("WATCHDOG_PID", "1", 1);
  CHECK_FALSE(ServiceManager::watchdog());
  unsetenv("WATCHDOG_USEC");
  unsetenv("WATCHDOG_PID");
}

TEST_CASE("The summary has every LAG", "[lagoond][service]") {
  control::LagStatus up;
  up.name = "lag0";
  up.up = true;
  up.distributing_members = 2;
  up.members.resize(3);
  control::LagStatus down;
  down.name = "lag1";
  down.members.resize(1);
  CHECK(summary_of({up, down}) == "1 of 2 LAGs up: lag0 2/3, lag1 down 0/1");
  CHECK(summary_of({}) == "0 of 0 LAGs up");
}

Result<Options> parsed(std::array<const char*, 5> words) {
  optind = 0;
  std::array<char*, 5> argv{};
  for (std::size_t i = 0; i < words.size(); ++i) argv[i] = const_cast<char*>(words[i]);
  return parse_options(static_cast<int>(argv.size()), argv.data());
}

TEST_CASE("What is imported are files, and members are the kernel's or PCI's", "[lagoond][options]") {
  const auto files = parsed({"lagoond", "--import", "ifcfg-bond0", "ifcfg-eth0", "ifcfg-eth1"});
  REQUIRE(files);
  CHECK(files->verb == Verb::import);
  CHECK(files->import_files == std::vector<std::string>{"ifcfg-bond0", "ifcfg-eth0", "ifcfg-eth1"});
  CHECK_FALSE(files->devices);
  CHECK(parsed({"lagoond", "--import", "--devices", "pci", "f"})->devices == ImportedDevices::pci);
  CHECK(parsed({"lagoond", "--import", "--devices", "usb", "f"}).error().detail ==
        "--devices wants kernel or pci, not 'usb'");
  CHECK(parsed({"lagoond", "--devices", "pci", "-c", "f"}).error().detail == "--devices goes with --import");
}

TEST_CASE("There is an example for each mode, in which nothing is wrong", "[lagoond][options]") {
  for (const control::ModeRow& row : control::kModes) {
    CAPTURE(row.name);
    const auto options = parsed({"lagoond", "--example", row.name.data(), "", ""});
    REQUIRE(options);
    CHECK(options->verb == Verb::example);
    const auto config = config::parse_config(example_of(options->example_mode));
    REQUIRE(config);
    CHECK(config->warnings.items().empty());
    CHECK(config->lags.front().options.mode == row.mode);
    CHECK(config->lags.front().members.size() == 2);
  }
  CHECK(parsed({"lagoond", "--example", "802.3ad", "", ""})->example_mode == control::Mode::lacp);
  CHECK(parsed({"lagoond", "--example", "lacpp", "", ""})
            .error()
            .detail.starts_with("no mode 'lacpp'; expected "));
}

TEST_CASE("The ready timeout is in seconds", "[lagoond][options]") {
  CHECK(parsed({"lagoond", "-c", "f", "--ready-timeout", "0"})->ready_timeout == 0s);
  CHECK(parsed({"lagoond", "-c", "f", "--status-interval", "7"})->ready_timeout == 10s);
  const auto wrong = parsed({"lagoond", "-c", "f", "--ready-timeout", "10s"});
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().detail == "--ready-timeout wants seconds, 0 to 86400, not '10s'");
}

}  // namespace
}  // namespace lagoon::lagoond::parts_test
