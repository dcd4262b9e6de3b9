// Any octets to the endpoint for metrics, in pieces of any size: one outcome whatever the pieces, nothing
// kept of what is no request, and an answer.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "lagoond/metrics/http_request.hpp"

using namespace lagoon;
using lagoond::HttpRequest;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
  const std::size_t step = data[0] + std::size_t{1};
  HttpRequest whole;
  const auto state = whole.take(text);
  HttpRequest pieces;
  for (std::size_t at = 0; at < text.size(); at += step)
    static_cast<void>(pieces.take(text.substr(at, step)));
  LAGOON_CHECK(text.empty() || pieces.state() == state);
  LAGOON_CHECK(pieces.path() == whole.path() && pieces.method() == whole.method());
  if (state == HttpRequest::State::complete) LAGOON_CHECK(whole.path().starts_with('/'));
  LAGOON_CHECK(lagoond::http_answer("200 OK", text).ends_with(text));
  return 0;
}
