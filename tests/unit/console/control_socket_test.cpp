// The server with real sockets: who may speak, who waits for whom, and what becomes of odd clients.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "console/socket/channel.hpp"
#include "console/socket/control_server.hpp"
#include "console/socket/protocol.hpp"
#include "console/socket/socket_path.hpp"
#include "support/catch.hpp"
#include "support/fake_running.hpp"

namespace lagoon::console::control_socket_test {
namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "lagoon-console-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  [[nodiscard]] std::string socket() const { return (path / "deep" / "s.sock").string(); }
};

struct Served {
  Folder folder;
  test::FakeRunning running;
  std::atomic<bool> began = false;
  std::optional<ControlServer> server;
  Served() {
    auto socket = ControlSocket::open(folder.socket());
    REQUIRE(socket);
    server.emplace(*std::move(socket), running, [this] { began = true; });
  }
  [[nodiscard]] Descriptor connect() const {
    auto made = connect_to(folder.socket());
    REQUIRE(made);
    return *std::move(made);
  }
  [[nodiscard]] SocketChannel channel() const { return SocketChannel{connect()}; }
};

TEST_CASE("A socket is for its owner alone, and goes with the server", "[console][socket]") {
  Served served;
  struct stat status{};
  REQUIRE(lstat(served.folder.socket().c_str(), &status) == 0);
  CHECK(S_ISSOCK(status.st_mode));
  CHECK((status.st_mode & 0777) == 0600);
  CHECK(served.channel().run("show version"));
  CHECK(served.began);
  served.server.reset();
  CHECK_FALSE(std::filesystem::exists(served.folder.socket()));
}

TEST_CASE("Root and the owner may speak, nobody else", "[console][socket]") {
  CHECK(may_use(1000, 1000));
  CHECK(may_use(0, 1000));
  CHECK(may_use(0, 0));
  CHECK_FALSE(may_use(1001, 1000));
  CHECK_FALSE(may_use(1000, 0));
}

TEST_CASE("A socket that is in use is left alone, one that is dead is replaced", "[console][socket]") {
  Served served;
  const auto second = ControlSocket::open(served.folder.socket());
  REQUIRE_FALSE(second);
  CHECK(second.error().code == Errc::busy);
  CHECK(served.channel().run("show version"));

  const std::string dead = (served.folder.path / "dead.sock").string();
  {
    auto socket = ControlSocket::open(dead);
    REQUIRE(socket);
    std::filesystem::rename(dead, dead + ".kept");  // (as if its process had been killed)
  }
  std::filesystem::rename(dead + ".kept", dead);
  CHECK(ControlSocket::open(dead));

  const std::string file = (served.folder.path / "file").string();
  close(creat(file.c_str(), 0600));
  CHECK_FALSE(ControlSocket::open(file));
  CHECK(std::filesystem::exists(file));
  CHECK_FALSE(ControlSocket::open(std::string(200, 'x')));
}

TEST_CASE("Without more words the one lagoond that runs is meant", "[console][socket]") {
  Served served;
  const std::filesystem::path folder = std::filesystem::path{served.folder.socket()}.parent_path();
  const std::string dead = (folder / "dead.sock").string();
  {
    auto socket = ControlSocket::open(dead);
    REQUIRE(socket);
    std::filesystem::rename(dead, dead + ".kept");
  }
  std::filesystem::rename(dead + ".kept", dead);
  CHECK(only_socket_in(folder.string()) == served.folder.socket());
  const auto second = ControlSocket::open((folder / "second.sock").string());
  REQUIRE(second);
  CHECK(only_socket_in(folder.string()).error().detail.starts_with("several have a control socket"));
  CHECK(only_socket_in((folder / "nowhere").string()).error().code == Errc::no_such_thing);
}

TEST_CASE("A client that reads nothing keeps nobody waiting", "[console][socket]") {
  Served served;
  const Descriptor deaf = served.connect();
  // More replies than the sockets hold: its thread waits for it to read.
  served.running.events_most = 400;
  const std::string request = run_request(1, "show events last 400");
  for (int i = 0; i < 64; ++i)
    if (send(deaf.number(), request.data(), request.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0) break;
  SocketChannel other = served.channel();
  for (int i = 0; i < 20; ++i) CHECK(other.run("show version"));
}

TEST_CASE("Odd messages are answered, change nothing, and the connection goes on", "[console][socket]") {
  Served served;
  const Descriptor client = served.connect();
  for (const std::string& request : {std::string(kRequestMax + 1, ' '), std::string(3 * kRequestMax, '{'),
                                     std::string("\0\0", 2), std::string("set lag0 hash l2")}) {
    REQUIRE(send_message(client, request));
    const auto reply = receive_message(client, kReplyMax);
    REQUIRE(reply);
    CHECK(outcome_in(*reply).error().code == Errc::system);
  }
  CHECK(served.running.changes == 0);
  REQUIRE(send_message(client, run_request(9, "set lag0 hash l2")));
  CHECK(outcome_in(*receive_message(client, kReplyMax)));
  CHECK(served.running.changes == 1);
}

// As many as there may be; each has had an answer, the first one longest ago.
std::vector<Descriptor> all_places(const Served& served) {
  std::vector<Descriptor> all;
  for (std::size_t i = 0; i < kConnectionsMax; ++i) {
    all.push_back(served.connect());
    REQUIRE(send_message(all.back(), run_request(1, "show version")));
    REQUIRE(receive_message(all.back(), kReplyMax));
  }
  return all;
}

TEST_CASE("The connection that was idle longest makes room for another, and is told", "[console][socket]") {
  Served served;
  const std::vector<Descriptor> all = all_places(served);
  // The second now is the one that was idle longest.
  REQUIRE(send_message(all[0], run_request(2, "show version")));
  REQUIRE(receive_message(all[0], kReplyMax));
  SocketChannel late = served.channel();
  CHECK(late.run("set lag0 hash l2"));
  CHECK(served.running.changes == 1);
  const auto told = receive_message(all[1], kReplyMax);
  REQUIRE(told);
  CHECK(outcome_in(*told).error() ==
        Error{Errc::busy, "this connection was idle, and made room for another"});
  CHECK_FALSE(receive_message(all[1], kReplyMax));
  // All others are served as before.
  REQUIRE(send_message(all[0], run_request(3, "show version")));
  CHECK(receive_message(all[0], kReplyMax));
  // However many come and stay idle, whoever comes last gets in.
  std::vector<Descriptor> more;
  for (int i = 0; i < 100; ++i) more.push_back(served.connect());
  CHECK(served.channel().run("show version"));
}

TEST_CASE("A client that takes no answer makes room as well", "[console][socket]") {
  Served served;
  served.running.events_most = 400;
  std::vector<Descriptor> deaf;
  const std::string request = run_request(1, "show events last 400");
  for (std::size_t i = 0; i < kConnectionsMax; ++i) {
    deaf.push_back(served.connect());
    for (int j = 0; j < 64; ++j)
      if (send(deaf.back().number(), request.data(), request.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0) break;
  }
  bool answered = false;
  for (int i = 0; i < 10'000 && !answered; ++i) answered = served.channel().run("show version").has_value();
  CHECK(answered);
}

TEST_CASE("The longest reply fits into a message", "[console][socket]") {
  Served served;
  served.running.at(0).name = std::string(kReplyMax - 4096, 'n');
  const auto shown = served.channel().run("show lacp lag1");
  CHECK(shown);
  const auto longest = served.channel().run("show lacp");
  REQUIRE(longest);
  CHECK(longest->text.size() > kReplyMax - 4096);
}

TEST_CASE("The end of the server ends its connections", "[console][socket]") {
  Served served;
  SocketChannel channel = served.channel();
  CHECK(channel.run("show version"));
  served.server.reset();
  CHECK_FALSE(channel.run("show version"));
  CHECK(channel.is_lost());
}

}  // namespace
}  // namespace lagoon::console::control_socket_test
