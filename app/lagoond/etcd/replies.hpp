// What comes back from etcd's JSON gateway (/v3/, from 3.4 on): answers, changes, and why there is none.
//
// It may be anything. It is understood whole, or it is a Refusal in words; nothing that is
// missing is taken for a fact. One key or value that is odd costs that key alone: it is passed over, and
// told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cluster/record.hpp"
#include "cluster/request.hpp"
#include "cluster/types.hpp"

namespace lagoon::lagoond::etcd {

/// Why there is no answer, in words for an operator.
struct Refusal {
  enum class Kind : std::uint8_t {
    failed,  // now; it may succeed later
    token,   // there is none, or it is over
    denied,  // the user, the password, or what they may
  };
  Kind kind{};
  std::string words{};
};

/// A key or a value that was passed over.
struct Skipped {
  static constexpr std::size_t kMost = 16;  // of one answer
  std::string key{};
  cluster::Revision modified{};
  std::string words{};
};

struct Reply {
  std::variant<Refusal, cluster::Answer> what{};
  std::vector<Skipped> skipped{};
};
/// `status`: of HTTP.
[[nodiscard]] Reply reply_in(std::string_view domain, const cluster::Order& order, int status,
                             std::string_view body);

struct WatchLine {
  std::vector<cluster::Change> changes{};
  std::optional<Refusal> end{};  // nothing comes after it
  std::vector<Skipped> skipped{};
};
[[nodiscard]] WatchLine watch_line_in(std::string_view domain, std::string_view line);

/// Of an answer that is none: etcd's words, else what HTTP says.
[[nodiscard]] Refusal refusal_in(int status, std::string_view body);

/// A token. Empty: etcd asks for none.
[[nodiscard]] std::variant<Refusal, std::string> token_in(int status, std::string_view body);

}  // namespace lagoon::lagoond::etcd
