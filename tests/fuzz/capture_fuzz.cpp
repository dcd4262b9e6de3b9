// Any octets as a capture file: refused with a reason, or frames that can be sent, of as many flows as it
// says, which are the same when they are written to a file and read again, in either order of octets.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "base/check.hpp"
#include "demo/feed/capture.hpp"

using namespace lagoon;

namespace {

using Octets = std::vector<std::byte>;

void add_word(Octets& out, std::uint32_t value, bool swapped) {
  if (swapped) value = std::byteswap(value);
  const auto octets = std::as_bytes(std::span{&value, 1});
  out.insert(out.end(), octets.begin(), octets.end());
}

Octets written(const feed::Capture& capture, bool swapped) {
  Octets out;
  for (const std::uint32_t word : {0xa1b2c3d4U, 0x00040002U, 0U, 0U, 65535U, 1U})
    add_word(out, word, swapped);
  for (const feed::CapturedFrame& frame : capture.frames) {
    const auto size = static_cast<std::uint32_t>(frame.octets.size());
    for (const std::uint32_t word : {0U, 0U, size, size}) add_word(out, word, swapped);
    out.insert(out.end(), frame.octets.begin(), frame.octets.end());
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto capture = feed::capture_in(std::as_bytes(std::span{data, size}));
  if (!capture) {
    LAGOON_CHECK(!capture.error().empty());
    return 0;
  }
  LAGOON_CHECK(!capture->frames.empty());
  for (const feed::CapturedFrame& frame : capture->frames) {
    LAGOON_CHECK(frame.octets.size() >= 14 && frame.octets.size() <= feed::kFrameMax);
    LAGOON_CHECK(frame.flow < capture->flows);
  }
  for (const bool swapped : {false, true}) {
    const auto again = feed::capture_in(written(*capture, swapped));
    LAGOON_CHECK(again && again->left_out == 0 && again->flows == capture->flows);
    LAGOON_CHECK(again->frames.size() == capture->frames.size());
    for (std::size_t i = 0; i < again->frames.size(); ++i) {
      LAGOON_CHECK(again->frames[i].octets == capture->frames[i].octets);
      LAGOON_CHECK(again->frames[i].flow == capture->frames[i].flow);
    }
  }
  return 0;
}
