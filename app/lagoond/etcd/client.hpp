// Client: carries out what the cluster's machine asks of etcd, by etcd's JSON gateway.
//
// Nobody waits: requests go out at once, each with its deadline, and what came of them is told in turn(). An
// endpoint that hangs costs its own requests alone. Where there is a user, each endpoint's first request gets
// a token, and others wait with it; a token that is over is got anew, once for a request.
//
// Thread: one; turn() gives it up for `wait` at most. Precondition: SIGPIPE is ignored. Bounded: kRequestsMax
// requests and one watch at once, Http::kBodyMost of each answer. No clock is read: times come in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "cluster/request.hpp"
#include "cluster/types.hpp"

namespace lagoon::lagoond::etcd {

class Http;
struct Posted;
struct PostLine;
struct Refusal;
struct Skipped;

struct Options {
  std::vector<std::string> endpoints{};  // "http://10.0.0.1:2379", "https://..."; one at least
  std::string domain{};                  // keys are below /lagoon/DOMAIN/
  std::string user{}, password{};        // empty: none
  std::string ca_file{}, cert_file{},
      key_file{};  // PEM; empty: none. Without ca_file: the system's authorities
};

/// Told by turn(), in its thread. May send the next. Words are for an operator: which endpoint, and what is
/// wrong.
class Listener {
 public:
  virtual void answered(cluster::RequestId id, const cluster::Answer& answer) = 0;
  virtual void failed(cluster::RequestId id, std::string_view words) = 0;
  virtual void watched(cluster::WatchId id, const std::vector<cluster::Change>& changes) = 0;
  virtual void watch_ended(cluster::WatchId id, std::string_view words) = 0;
  /// A key below the prefix that is not understood, or its value. It is as if it were not there. Once for
  /// each change of it.
  virtual void skipped(std::string_view words) { static_cast<void>(words); }

 protected:
  Listener() = default;
  ~Listener() = default;
  Listener(const Listener&) = default;
  Listener& operator=(const Listener&) = default;
};

class Client {
 public:
  static constexpr std::size_t kRequestsMax = 6 + 2 * cluster::kLagsMax;  // one of each kind
  static constexpr Duration kWatchPatience = 2s;  // with an endpoint that does not open the watch

  /// Asks nobody. Errors: invalid_argument (an endpoint), permission (a file that can't be read; it has to
  /// stay readable, as it is read anew for each connection), system.
  [[nodiscard]] static Result<std::unique_ptr<Client>> open(const Options& options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// `now`: of the clock of its deadline. Precondition: there is such an endpoint.
  void send(const cluster::Request& request, Instant now);
  /// Takes the place of the one before, of which nothing more is told. Where its endpoint has no token (there
  /// is a user, and no request was answered there since), it ends at once: a request gets one.
  void watch(const cluster::Watch& watch);
  /// Waits up to `wait` for something to tell, or for octets at one of `descriptors`, which are the caller's
  /// to read.
  void turn(Duration wait, std::span<const int> descriptors, Listener& listener);

 private:
  struct Endpoint;
  struct Flight;
  struct Watching;
  struct Outcomes;
  Client(const Options& options, std::unique_ptr<Http> http);
  [[nodiscard]] std::vector<std::string> headers_of(const Endpoint& endpoint) const;
  void dispatch(Flight flight, Instant now);
  void answer(Flight flight, const Posted& posted);
  void refuse(Flight flight, const Refusal& refusal, Instant now);
  void take_token(Endpoint& endpoint, const Posted& posted);
  void take_line(const PostLine& line);
  void end_watch(const Posted& posted);
  void end_watch(std::string_view words);
  void look_at_times();
  void note(const std::vector<Skipped>& skipped);
  [[nodiscard]] std::string said_by(const Endpoint& endpoint, std::string_view words) const;

  Options options_;
  std::unique_ptr<Http> http_;
  std::vector<Endpoint> endpoints_;
  std::vector<Flight> flights_;
  std::unique_ptr<Watching> watching_;
  std::unique_ptr<Outcomes> outcomes_;
  std::map<std::string, cluster::Revision> skipped_{};  // keys that were told
};

}  // namespace lagoon::lagoond::etcd
