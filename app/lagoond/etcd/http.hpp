// Http: POSTs to several servers at once, by libcurl's multi interface: nobody waits for a server that is
// slow, and connections are kept for the next POST. libcurl is seen in http.cpp alone.
//
// Asks the environment for nothing (no proxies), follows no redirects, speaks HTTP/1.1 and nothing but HTTP
// and HTTPS.
//
// Thread: one. Precondition: SIGPIPE is ignored. Bounded: kBodyMost of each answer, kIdleMost connections
// that are kept; how many POSTs there are at once is the caller's to bound.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/strong.hpp"
#include "base/time.hpp"

namespace lagoon::lagoond::etcd {

using PostId = Strong<struct PostIdTag, std::uint64_t>;

/// Files in PEM; empty: none. They are read anew for each connection.
struct TlsFiles {
  std::string ca{};  // instead of the system's authorities
  std::string certificate{};
  std::string key{};
};

struct Post {
  std::string url{};
  std::string body{};
  std::vector<std::string> headers{};  // "Name: value"
  Duration patience{};                 // until all of the answer is there; 0: for ever
  bool lines = false;                  // the answer is told line by line, as it comes
};

/// One line of an answer that is told so.
struct PostLine {
  PostId id{};
  std::string text{};
};

struct Posted {
  enum class Outcome : std::uint8_t {
    answered,
    failed,
    not_trusted,  // a certificate, the server's or ours, is not accepted, or a file with one is not readable
  };
  PostId id{};
  Outcome outcome{};
  int status = 0;       // of HTTP
  std::string body{};   // empty where it was told by lines
  std::string words{};  // why there is no answer
  Duration took{};
};

class Http {
 public:
  static constexpr std::size_t kBodyMost = std::size_t{4} << 20;
  static constexpr long kIdleMost = 16;

  struct News {
    std::vector<PostLine> lines{};
    std::vector<Posted> ended{};
  };

  /// Errors: system.
  [[nodiscard]] static Result<std::unique_ptr<Http>> open(TlsFiles files);
  ~Http();
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  /// Goes out in turn(), which tells how it ended.
  PostId send(Post post);
  /// Nothing is told of it any more, and its connection is closed.
  void cancel(PostId id);
  /// Since when it is under way; 0: it is not.
  [[nodiscard]] Duration taken(PostId id) const;
  /// Sends, and waits up to `wait` for something that comes, here or at one of `descriptors` (to be read).
  [[nodiscard]] News turn(Duration wait, std::span<const int> descriptors);

 private:
  struct Multi;
  struct Transfer;
  explicit Http(TlsFiles files);
  void end(PostId id, int code, News& news);

  TlsFiles files_;
  std::unique_ptr<Multi> multi_;
  std::map<PostId, std::unique_ptr<Transfer>> transfers_;
  std::uint64_t ids_ = 0;
};

}  // namespace lagoon::lagoond::etcd
