// Any text as the arguments of a device net_lagoon: a LAG, or refused with a reason; read twice it is the
// same, and so it is with arguments that say nothing between the others. What reads a file is another
// target's.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "config/values/device_name.hpp"
#include "devargs.hpp"

using namespace lagoon;

namespace {

bool same(const pmd::Devargs& a, const pmd::Devargs& b) {
  return a.lag.options == b.lag.options && a.lag.options.mac == b.lag.options.mac &&
         a.lag.options.mac_from == b.lag.options.mac_from && a.lag.members.size() == b.lag.members.size() &&
         a.primary == b.primary && a.socket == b.socket;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view kDevice = "net_lagoon0";
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  if (text.find("conf=") != std::string_view::npos) return 0;
  const auto read = pmd::parse_devargs(kDevice, text);
  const auto padded = pmd::parse_devargs(kDevice, "," + std::string{text} + ",,");
  LAGOON_CHECK(read.has_value() == padded.has_value());
  if (!read) {
    LAGOON_CHECK(!read.error().detail.empty());
    return 0;
  }
  LAGOON_CHECK(same(*read, *padded));
  LAGOON_CHECK(read->lag.name == kDevice);
  LAGOON_CHECK(!read->socket || *read->socket >= 0);
  for (const config::Member& member : read->lag.members) {
    LAGOON_CHECK(!member.name.empty() && pmd::same_device(member.name, member.name));
    const auto* const port = std::get_if<config::DevicePort>(&member.source);
    LAGOON_CHECK(port != nullptr);
  }
  return 0;
}
