#include "lagoond/etcd/http.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <string_view>
#include <utility>

#include "lagoond/etcd/calls.hpp"

namespace lagoon::lagoond::etcd {

namespace {

struct CloseEasy {
  void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
struct FreeList {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};

// (once for the process, and never undone: others may use libcurl as well)
bool is_ready() {
  static std::once_flag once;
  static bool ready = false;
  std::call_once(once, [] { ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK; });
  return ready;
}

// Never below 0, which libcurl does not take.
long milliseconds(Duration d) {
  return static_cast<long>(
      std::max<std::int64_t>(std::chrono::ceil<std::chrono::milliseconds>(d).count(), 0));
}

// Whether it is about certificates, and so nothing that goes away by itself.
bool is_about_trust(int code, std::string_view words) {
  constexpr std::array<std::string_view, 3> kAlerts{"certificate", "unknown ca", "access denied"};
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT:
      return true;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      // the server's alert about ours: in the handshake, or (TLS 1.3) behind it
      return words.find(" alert ") != std::string_view::npos &&
             std::ranges::any_of(
                 kAlerts, [&](std::string_view each) { return words.find(each) != std::string_view::npos; });
    default:
      return false;
  }
}

// With TLS 1.3 a server judges our certificate when we have the handshake behind us. Its alert is lost where
// its end of the connection was gone before we had read it.
bool is_closed_after_handshake(CURL* easy, int code) {
  long made = 0;
  long status = 0;
  curl_off_t handshake = 0;
  curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &made);
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(easy, CURLINFO_APPCONNECT_TIME_T, &handshake);
  const bool closed = code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR || code == CURLE_GOT_NOTHING;
  return closed && made > 0 && status == 0 && handshake > 0;
}

}  // namespace

struct Http::Multi {
  CURLM* handle = curl_multi_init();
  Multi() = default;
  ~Multi() { curl_multi_cleanup(handle); }
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;
};

struct Http::Transfer {
  Transfer(CURLM* multi, PostId its_id, Post its_post, const TlsFiles& files)
      : id{its_id}, post{std::move(its_post)}, multi_{multi} {
    for (const std::string& header : post.headers) add(header.c_str());
    add("Content-Type: application/json");
    add("Expect:");  // (or longer bodies would wait for a "100 Continue")
    set(files);
    added_ = easy && curl_multi_add_handle(multi_, easy.get()) == CURLM_OK;
  }
  ~Transfer() {
    if (added_) curl_multi_remove_handle(multi_, easy.get());
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  [[nodiscard]] bool is_under_way() const noexcept { return added_; }

  PostId id;
  Post post;
  std::unique_ptr<CURL, CloseEasy> easy{curl_easy_init()};
  std::string body{};  // of lines: the last one, as far as it is there
  std::vector<std::string> lines{};
  std::size_t unread = 0;  // octets of `body` and `lines`
  bool too_long = false;
  std::array<char, CURL_ERROR_SIZE> words{};

 private:
  template <typename T>
  void set(CURLoption option, T value) {
    if (easy) curl_easy_setopt(easy.get(), option, value);
  }
  void add(const char* header) {
    if (curl_slist* const longer = curl_slist_append(headers_.get(), header)) {
      static_cast<void>(headers_.release());
      headers_.reset(longer);
    }
  }
  void set(const TlsFiles& files);
  static std::size_t take(char* octets, std::size_t one, std::size_t size, void* transfer);

  CURLM* multi_;
  std::unique_ptr<curl_slist, FreeList> headers_{};
  bool added_ = false;
};

void Http::Transfer::set(const TlsFiles& files) {
  constexpr long kYes = 1;
  constexpr long kNo = 0;
  set(CURLOPT_URL, post.url.c_str());
  set(CURLOPT_POSTFIELDSIZE, static_cast<long>(post.body.size()));
  set(CURLOPT_POSTFIELDS, post.body.c_str());
  set(CURLOPT_HTTPHEADER, headers_.get());
  set(CURLOPT_WRITEFUNCTION, &Transfer::take);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_PRIVATE, static_cast<void*>(this));
  set(CURLOPT_ERRORBUFFER, words.data());
  set(CURLOPT_TIMEOUT_MS, milliseconds(post.patience));
  set(CURLOPT_NOSIGNAL, kYes);
  set(CURLOPT_QUICK_EXIT, kYes);  // (a name that is still looked for is not waited for)
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_FOLLOWLOCATION, kNo);
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NOPROXY, "*");
  set(CURLOPT_USERAGENT, "lagoond");
  // A connection whose other end is gone is noticed, however little is said on it.
  set(CURLOPT_TCP_KEEPALIVE, kYes);
  set(CURLOPT_TCP_KEEPIDLE, 2L);
  set(CURLOPT_TCP_KEEPINTVL, 1L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  // (files that were replaced count at the next connection: from 7.87 on libcurl keeps authorities for a day,
  // and a session that is taken up again asks for no certificate)
#if LIBCURL_VERSION_NUM >= 0x075700
  set(CURLOPT_CA_CACHE_TIMEOUT, 0L);
#endif
  set(CURLOPT_SSL_SESSIONID_CACHE, 0L);
  if (!files.ca.empty()) {
    set(CURLOPT_CAINFO, files.ca.c_str());
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  if (!files.certificate.empty()) set(CURLOPT_SSLCERT, files.certificate.c_str());
  if (!files.key.empty()) set(CURLOPT_SSLKEY, files.key.c_str());
}

// libcurl's: less than `size` ends the transfer.
std::size_t Http::Transfer::take(char* octets, std::size_t, std::size_t size, void* transfer) {
  Transfer& self = *static_cast<Transfer*>(transfer);
  self.too_long = size > kBodyMost - self.unread;
  if (self.too_long) return 0;
  self.unread += size;
  std::string_view rest{octets, size};
  for (std::size_t end = 0; self.post.lines && (end = rest.find('\n')) != std::string_view::npos;
       rest.remove_prefix(end + 1)) {
    self.body += rest.substr(0, end);
    self.lines.push_back(std::exchange(self.body, {}));
  }
  self.body += rest;
  return size;
}

Result<std::unique_ptr<Http>> Http::open(TlsFiles files) {
  if (!is_ready()) return fail(Errc::system, "libcurl does not start");
  std::unique_ptr<Http> http{new Http{std::move(files)}};
  if (!http->multi_->handle) return fail(Errc::system, "libcurl has no memory");
  curl_multi_setopt(http->multi_->handle, CURLMOPT_MAXCONNECTS, kIdleMost);
  return http;
}

Http::Http(TlsFiles files) : files_{std::move(files)}, multi_{std::make_unique<Multi>()} {}

Http::~Http() {
  transfers_.clear();
}

PostId Http::send(Post post) {
  const PostId id{++ids_};
  transfers_.emplace(id, std::make_unique<Transfer>(multi_->handle, id, std::move(post), files_));
  return id;
}

void Http::cancel(PostId id) {
  transfers_.erase(id);
}

Duration Http::taken(PostId id) const {
  const auto found = transfers_.find(id);
  if (found == transfers_.end()) return {};
  curl_off_t us = 0;
  curl_easy_getinfo(found->second->easy.get(), CURLINFO_TOTAL_TIME_T, &us);
  return std::chrono::microseconds{us};
}

Http::News Http::turn(Duration wait, std::span<const int> descriptors) {
  CURLM* const multi = multi_->handle;
  News news;
  for (const auto& [id, transfer] : transfers_)
    if (!transfer->is_under_way()) {
      news.ended.push_back({.id = id, .outcome = Posted::Outcome::failed, .words = "libcurl has no memory"});
      wait = {};
    }
  for (const Posted& each : news.ended) transfers_.erase(each.id);
  int under_way = 0;
  int waiting = 0;
  // (before the wait: what was given to send() goes out now)
  curl_multi_perform(multi, &under_way);
  if (std::cmp_not_equal(under_way, transfers_.size())) wait = {};  // one has ended
  std::vector<curl_waitfd> look;
  for (const int descriptor : descriptors)
    look.push_back({.fd = descriptor, .events = CURL_WAIT_POLLIN, .revents = 0});
  curl_multi_poll(multi, look.data(), static_cast<unsigned>(look.size()),
                  static_cast<int>(milliseconds(wait)), nullptr);
  curl_multi_perform(multi, &under_way);
  for (const auto& [id, transfer] : transfers_)
    for (std::string& line : std::exchange(transfer->lines, {})) {
      transfer->unread -= line.size() + 1;
      news.lines.push_back({.id = id, .text = std::move(line)});
    }
  while (const CURLMsg* const message = curl_multi_info_read(multi, &waiting)) {
    if (message->msg != CURLMSG_DONE) continue;
    char* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    end(reinterpret_cast<const Transfer*>(transfer)->id, message->data.result, news);
  }
  return news;
}

void Http::end(PostId id, int code, News& news) {
  const auto found = transfers_.find(id);
  Transfer& transfer = *found->second;
  Posted posted{.id = id, .outcome = Posted::Outcome::answered, .took = taken(id)};
  long status = 0;
  curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
  posted.status = static_cast<int>(status);
  if (!transfer.post.lines || posted.status != kHttpOk)
    posted.body = std::move(transfer.body);
  else if (!transfer.body.empty())  // (the last line may lack its end)
    news.lines.push_back({.id = id, .text = std::move(transfer.body)});
  if (code != CURLE_OK) {
    posted.words =
        transfer.words.front() ? transfer.words.data() : curl_easy_strerror(static_cast<CURLcode>(code));
    if (transfer.too_long)
      posted.words = "the answer is longer than " + std::to_string(kBodyMost) + " octets";
    const bool trust = is_about_trust(code, posted.words);
    const bool closed = !trust && is_closed_after_handshake(transfer.easy.get(), code);
    if (closed)
      posted.words =
          "it closes connections after the TLS handshake; it does not seem to accept our certificate, "
          "or that there is none";
    posted.outcome = trust || closed ? Posted::Outcome::not_trusted : Posted::Outcome::failed;
  }
  transfers_.erase(found);
  news.ended.push_back(std::move(posted));
}

}  // namespace lagoon::lagoond::etcd
