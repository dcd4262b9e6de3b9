#include "lagoond/etcd/client.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <expected>
#include <fstream>
#include <iterator>
#include <utility>
#include <variant>

#include "base/check.hpp"
#include "cluster/filled.hpp"
#include "lagoond/etcd/calls.hpp"
#include "lagoond/etcd/http.hpp"
#include "lagoond/etcd/record_text.hpp"
#include "lagoond/etcd/replies.hpp"

namespace lagoon::lagoond::etcd {

using cluster::filled;

namespace {

constexpr std::size_t kSkippedMost = 256;  // that are remembered
constexpr std::size_t kEndpointsMost = 255;

// What is told to the Listener.
struct Answered {
  cluster::RequestId id{};
  cluster::Answer answer{};
};
struct Failed {
  cluster::RequestId id{};
  std::string words{};
};
struct Watched {
  cluster::WatchId id{};
  std::vector<cluster::Change> changes{};
};
struct WatchEnded {
  cluster::WatchId id{};
  std::string words{};
};
struct PassedOver {
  std::string words{};
};

struct Tell {
  Listener& listener;
  void operator()(const Answered& it) const { listener.answered(it.id, it.answer); }
  void operator()(const Failed& it) const { listener.failed(it.id, it.words); }
  void operator()(const Watched& it) const { listener.watched(it.id, it.changes); }
  void operator()(const WatchEnded& it) const { listener.watch_ended(it.id, it.words); }
  void operator()(const PassedOver& it) const { listener.skipped(it.words); }
};

// "http://10.0.0.1:2379"
Result<std::string> endpoint_in(std::string text) {
  if (text.ends_with('/')) text.pop_back();
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!text.starts_with(scheme)) continue;
    const std::string_view place = std::string_view{text}.substr(scheme.size());
    const bool plain = std::ranges::all_of(place, [](char c) {
      return c > ' ' && c <= '~' && std::string_view{"/?#@\\"}.find(c) == std::string_view::npos;
    });
    if (!place.empty() && plain) return text;
  }
  return fail(
      Errc::invalid_argument,
      filled("etcd's endpoint \"{}\" is not like http://10.0.0.1:2379 or https://10.0.0.1:2379", {text}));
}

// `option`: of the configuration.
Result<void> readable(std::string_view option, const std::string& file) {
  if (file.empty() || std::ifstream{file}.good()) return {};
  return fail(Errc::permission,
              filled("etcd: {}: {} can't be read: {}", {option, file, std::strerror(errno)}));
}

}  // namespace

struct Client::Endpoint {
  std::string url{};
  std::optional<std::string> token{};  // empty: none is asked for
  std::uint64_t tokens = 0;            // how many there were
  PostId authenticating{};             // 0: it is not asked for
  Instant authenticating_since{};
};

struct Client::Flight {
  cluster::Request request{};
  PostId post{};  // 0: waits for the token of its endpoint
  Instant sent{};
  std::uint64_t token = 0;  // with which one
  bool renewed = false;     // it has got a new token on its behalf
};

struct Client::Watching {
  cluster::Watch watch{};
  PostId post{};  // 0: it could not be sent
  bool heard = false;
};

struct Client::Outcomes {
  std::vector<std::variant<Answered, Failed, Watched, WatchEnded, PassedOver>> list{};
};

Result<std::unique_ptr<Client>> Client::open(const Options& options) {
  Options checked = options;
  if (checked.endpoints.empty() || checked.endpoints.size() > kEndpointsMost)
    return fail(Errc::invalid_argument,
                filled("etcd has 1 to {} endpoints", {std::to_string(kEndpointsMost)}));
  for (std::string& each : checked.endpoints) {
    auto endpoint = endpoint_in(each);
    LAGOON_TRY(endpoint);
    each = *std::move(endpoint);
  }
  LAGOON_TRY(readable("ca", options.ca_file));
  LAGOON_TRY(readable("certificate", options.cert_file));
  LAGOON_TRY(readable("key", options.key_file));
  auto http = Http::open({.ca = options.ca_file, .certificate = options.cert_file, .key = options.key_file});
  if (!http) return std::unexpected{std::move(http).error()};
  return std::unique_ptr<Client>{new Client{checked, *std::move(http)}};
}

Client::Client(const Options& options, std::unique_ptr<Http> http)
    : options_{options}, http_{std::move(http)}, outcomes_{std::make_unique<Outcomes>()} {
  for (const std::string& url : options_.endpoints) endpoints_.push_back({.url = url});
}

Client::~Client() = default;

std::string Client::said_by(const Endpoint& endpoint, std::string_view words) const {
  return filled("{}: {}", {endpoint.url, words});
}

std::vector<std::string> Client::headers_of(const Endpoint& endpoint) const {
  if (!endpoint.token || endpoint.token->empty()) return {};
  return {"Authorization: " + *endpoint.token};
}

void Client::send(const cluster::Request& request, Instant now) {
  LAGOON_CHECK(request.endpoint < endpoints_.size());
  if (flights_.size() >= kRequestsMax)
    outcomes_->list.push_back(
        Failed{request.id, filled("more than {} requests at once", {std::to_string(kRequestsMax)})});
  else
    dispatch({.request = request}, now);
}

void Client::dispatch(Flight flight, Instant now) {
  Endpoint& endpoint = endpoints_[flight.request.endpoint];
  const Duration patience = flight.request.deadline - now;
  if (patience <= Duration{}) {
    outcomes_->list.push_back(Failed{flight.request.id, said_by(endpoint, "no answer in time")});
    return;
  }
  flight.sent = now;
  flight.post = {};
  if (!options_.user.empty() && !endpoint.token) {
    if (endpoint.authenticating == PostId{}) {
      Call call = token_call(options_.user, options_.password);
      endpoint.authenticating =
          http_->send({.url = endpoint.url + call.path, .body = std::move(call.body), .patience = patience});
      endpoint.authenticating_since = now;
    }
  } else {
    Call call = call_of(options_.domain, flight.request.order);
    flight.token = endpoint.tokens;
    flight.post = http_->send({.url = endpoint.url + call.path,
                               .body = std::move(call.body),
                               .headers = headers_of(endpoint),
                               .patience = patience});
  }
  flights_.push_back(std::move(flight));
}

void Client::watch(const cluster::Watch& watch) {
  LAGOON_CHECK(watch.endpoint < endpoints_.size());
  if (watching_) http_->cancel(watching_->post);
  watching_ = std::make_unique<Watching>(Watching{.watch = watch});
  const Endpoint& endpoint = endpoints_[watch.endpoint];
  if (!options_.user.empty() && !endpoint.token) return end_watch("there is no token yet");
  Call call = watch_call(options_.domain, watch.from);
  std::vector<std::string> headers = headers_of(endpoint);
  // require-leader: a member that is cut off from the others ends the watch
  headers.emplace_back("Grpc-Metadata-hasleader: true");
  watching_->post = http_->send({.url = endpoint.url + call.path,
                                 .body = std::move(call.body),
                                 .headers = std::move(headers),
                                 .lines = true});
}

void Client::turn(Duration wait, std::span<const int> descriptors, Listener& listener) {
  const Http::News news = http_->turn(outcomes_->list.empty() ? wait : Duration{}, descriptors);
  for (const PostLine& line : news.lines) take_line(line);
  for (const Posted& posted : news.ended) {
    const auto endpoint = std::ranges::find(endpoints_, posted.id, &Endpoint::authenticating);
    const auto found = std::ranges::find(flights_, posted.id, &Flight::post);
    if (watching_ && watching_->post == posted.id) {
      end_watch(posted);
    } else if (endpoint != endpoints_.end()) {
      take_token(*endpoint, posted);
    } else if (found != flights_.end()) {
      Flight flight = std::move(*found);
      flights_.erase(found);
      answer(std::move(flight), posted);
    }
  }
  look_at_times();
  // (what is told may send the next)
  const auto told = std::exchange(outcomes_->list, {});
  for (const auto& each : told) std::visit(Tell{listener}, each);
}

void Client::answer(Flight flight, const Posted& posted) {
  const Endpoint& endpoint = endpoints_[flight.request.endpoint];
  const cluster::RequestId id = flight.request.id;
  if (posted.outcome == Posted::Outcome::not_trusted)
    return refuse(std::move(flight), {Refusal::Kind::denied, posted.words}, {});
  if (posted.outcome == Posted::Outcome::failed)
    return outcomes_->list.push_back(Failed{id, said_by(endpoint, posted.words)}), void();
  Reply reply = reply_in(options_.domain, flight.request.order, posted.status, posted.body);
  note(reply.skipped);
  if (auto* const answer = std::get_if<cluster::Answer>(&reply.what))
    outcomes_->list.push_back(Answered{id, std::move(*answer)});
  else
    refuse(std::move(flight), std::get<Refusal>(reply.what), flight.sent + posted.took);
}

void Client::refuse(Flight flight, const Refusal& refusal, Instant now) {
  Endpoint& endpoint = endpoints_[flight.request.endpoint];
  const cluster::RequestId id = flight.request.id;
  const bool token = refusal.kind == Refusal::Kind::token;
  if (token && options_.user.empty()) {
    const std::string words =
        said_by(endpoint, filled("it wants a user and a password: {}", {refusal.words}));
    outcomes_->list.push_back(Answered{id, {.what = cluster::Denied{words}}});
  } else if (token && !flight.renewed) {
    // (another one may have got a new token by now)
    if (flight.token == endpoint.tokens) endpoint.token.reset();
    flight.renewed = true;
    dispatch(std::move(flight), now);
  } else if (refusal.kind == Refusal::Kind::denied) {
    outcomes_->list.push_back(Answered{id, {.what = cluster::Denied{said_by(endpoint, refusal.words)}}});
  } else {
    outcomes_->list.push_back(Failed{id, said_by(endpoint, refusal.words)});
  }
}

void Client::take_token(Endpoint& endpoint, const Posted& posted) {
  const Instant now = endpoint.authenticating_since + posted.took;
  endpoint.authenticating = {};
  std::variant<Refusal, std::string> token = Refusal{Refusal::Kind::failed, posted.words};
  if (posted.outcome == Posted::Outcome::answered)
    token = token_in(posted.status, posted.body);
  else if (posted.outcome == Posted::Outcome::not_trusted)
    std::get<Refusal>(token).kind = Refusal::Kind::denied;
  if (auto* const got = std::get_if<std::string>(&token)) {
    endpoint.token = std::move(*got);
    ++endpoint.tokens;
  }
  const auto waits = [&](const Flight& f) {
    return f.post == PostId{} && &endpoints_[f.request.endpoint] == &endpoint;
  };
  std::vector<Flight> waiting;
  std::ranges::copy_if(flights_, std::back_inserter(waiting), waits);
  std::erase_if(flights_, waits);
  for (Flight& flight : waiting) {
    if (endpoint.token) {
      dispatch(std::move(flight), now);
      continue;
    }
    flight.renewed = true;
    refuse(std::move(flight), std::get<Refusal>(token), now);
  }
}

void Client::take_line(const PostLine& line) {
  if (!watching_ || watching_->post != line.id || line.text.empty()) return;
  watching_->heard = true;
  WatchLine seen = watch_line_in(options_.domain, line.text);
  note(seen.skipped);
  if (!seen.changes.empty()) outcomes_->list.push_back(Watched{watching_->watch.id, std::move(seen.changes)});
  if (!seen.end) return;
  Endpoint& endpoint = endpoints_[watching_->watch.endpoint];
  if (seen.end->kind == Refusal::Kind::token) endpoint.token.reset();
  end_watch(seen.end->words);
}

void Client::end_watch(const Posted& posted) {
  if (posted.outcome != Posted::Outcome::answered) return end_watch(posted.words);
  if (posted.status == kHttpOk) return end_watch("it has closed the watch");
  const Refusal refusal = refusal_in(posted.status, posted.body);
  if (refusal.kind == Refusal::Kind::token) endpoints_[watching_->watch.endpoint].token.reset();
  end_watch(refusal.words);
}

void Client::end_watch(std::string_view words) {
  const cluster::Watch& watch = watching_->watch;
  outcomes_->list.push_back(WatchEnded{watch.id, said_by(endpoints_[watch.endpoint], words)});
  http_->cancel(watching_->post);
  watching_.reset();
}

// How long a POST is under way tells what time it is.
void Client::look_at_times() {
  for (const Endpoint& endpoint : endpoints_) {
    if (endpoint.authenticating == PostId{}) continue;
    const Instant now = endpoint.authenticating_since + http_->taken(endpoint.authenticating);
    std::erase_if(flights_, [&](const Flight& f) {
      if (f.post != PostId{} || &endpoints_[f.request.endpoint] != &endpoint || now < f.request.deadline)
        return false;
      outcomes_->list.push_back(Failed{f.request.id, said_by(endpoint, "no token in time")});
      return true;
    });
  }
  if (watching_ && !watching_->heard && http_->taken(watching_->post) > kWatchPatience)
    end_watch("it does not open the watch");
}

void Client::note(const std::vector<Skipped>& skipped) {
  for (const Skipped& each : skipped) {
    const auto known = skipped_.find(each.key);
    if (known != skipped_.end() && known->second == each.modified) continue;
    if (known == skipped_.end() && skipped_.size() >= kSkippedMost) skipped_.clear();
    skipped_[each.key] = each.modified;
    outcomes_->list.push_back(PassedOver{filled("{} in etcd is passed over: {}", {each.key, each.words})});
  }
}

}  // namespace lagoon::lagoond::etcd
