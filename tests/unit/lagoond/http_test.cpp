// The endpoint for metrics: requests in pieces, and clients that are slow, silent, many.
#include "lagoond/metrics/http_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "lagoond/metrics/http_request.hpp"
#include "support/catch.hpp"

namespace lagoon::lagoond::http_test {
namespace {

using State = HttpRequest::State;

TEST_CASE("A request is taken octet by octet, or at once", "[metrics][http]") {
  const std::string text = "GET /metrics?a=b HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n";
  HttpRequest slow;
  for (const char c : text.substr(0, text.size() - 1)) CHECK(slow.take({&c, 1}) == State::incomplete);
  CHECK(slow.take("\n") == State::complete);
  CHECK(slow.method() == "GET");
  CHECK(slow.path() == "/metrics");
  HttpRequest quick;
  CHECK(quick.take("\r\n" + text + "more") == State::complete);
  CHECK(quick.path() == "/metrics");
  HttpRequest bare;
  CHECK(bare.take("HEAD / HTTP/1.0\n\n") == State::complete);
  CHECK(bare.method() == "HEAD");
}

TEST_CASE("What is no request is bad, and nothing is kept of it", "[metrics][http]") {
  const std::string text =
      GENERATE("\x16\x03\x01\x02\n\n", "GET\n\n", "GET /\n\n", "GET  HTTP/1.1\n\n",
               "GET metrics HTTP/1.1\n\n", "GET / HTTP/2\n\n", "GET /\x7f HTTP/1.1\n\n", " / HTTP/1.1\n\n");
  HttpRequest request;
  CHECK(request.take(text) == State::bad);
  CHECK(request.take("GET / HTTP/1.1\n\n") == State::bad);
}

TEST_CASE("A head without an end is bad when it is too long", "[metrics][http]") {
  HttpRequest request;
  for (std::size_t i = 0; i < HttpRequest::kHeadMost; ++i) REQUIRE(request.take("a") == State::incomplete);
  CHECK(request.take("a") == State::bad);
}

struct Served {
  std::unique_ptr<HttpServer> server;
  std::uint16_t port = 0;
  Served() {
    for (port = 21'000; server == nullptr && port < 22'000; ++port) {
      auto made = HttpServer::listen({.address = Ipv4Address{{127, 0, 0, 1}}, .port = port});
      if (made) server = *std::move(made);
    }
    --port;
    REQUIRE(server != nullptr);
  }
};

class Client {
 public:
  explicit Client(std::uint16_t port) : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
  }
  Client(Client&& other) noexcept : socket_{std::exchange(other.socket_, -1)} {}
  ~Client() { ::close(socket_); }
  void say(const std::string& text) const { ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL); }
  /// All that comes, to the end.
  [[nodiscard]] std::string heard() const {
    std::string all;
    for (std::string room(65536, '\0');;) {
      const ssize_t size = ::recv(socket_, room.data(), room.size(), 0);
      if (size <= 0) return all;
      all.append(room, 0, static_cast<std::size_t>(size));
    }
  }

 private:
  int socket_;
};

std::string asked(std::uint16_t port, const std::string& request) {
  const Client client{port};
  client.say(request);
  return client.heard();
}

const std::string kScrape = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_CASE("The page is given where it is, and a reason elsewhere", "[metrics][http]") {
  const Served served;
  CHECK(asked(served.port, kScrape).starts_with("HTTP/1.1 503 "));
  served.server->serve("/metrics", [] { return std::string{"a 1\n"}; });
  const std::string answer = asked(served.port, kScrape);
  CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(answer.find("\r\nContent-Length: 4\r\n") != std::string::npos);
  CHECK(answer.ends_with("\r\n\r\na 1\n"));
  CHECK(asked(served.port, "HEAD /metrics HTTP/1.1\r\n\r\n").ends_with("\r\n\r\n"));
  CHECK(asked(served.port, "GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404 "));
  CHECK(asked(served.port, "POST /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405 "));
  CHECK(asked(served.port, "\x16\x03\x01\n\n").starts_with("HTTP/1.1 400 "));
  CHECK_FALSE(HttpServer::listen({.address = Ipv4Address{{127, 0, 0, 1}}, .port = served.port}));
  CHECK_FALSE(HttpServer::listen({.address = Ipv4Address{{192, 0, 2, 1}}, .port = served.port}));
}

TEST_CASE("However many are slow, a scrape is answered", "[metrics][http]") {
  const Served served;
  const std::string large(1024UL * 1024, 'x');
  served.server->serve("/metrics", [&] { return large; });
  std::vector<Client> slow;
  const auto answered = [&] { return asked(served.port, kScrape).size() > large.size(); };
  SECTION("that ask nothing") {
    for (int i = 0; i < 200; ++i) slow.emplace_back(served.port);
    CHECK(answered());
  }
  SECTION("that never end their question") {
    for (int i = 0; i < 200; ++i) slow.emplace_back(served.port).say("GET /met");
    CHECK(answered());
  }
  SECTION("that do not read") {
    for (int i = 0; i < 200; ++i) slow.emplace_back(served.port).say(kScrape);
    CHECK(answered());
    CHECK(served.server->closed_early() > 0);
  }
  SECTION("that go") {
    for (int i = 0; i < 200; ++i) Client{served.port}.say(kScrape);
    CHECK(answered());
  }
}

}  // namespace
}  // namespace lagoon::lagoond::http_test
