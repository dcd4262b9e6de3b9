#include "wire/capture/describe.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>

namespace lagoon::wire {

namespace {

constexpr std::string_view kStateLetters = "ATGSCDFE";

// Four digits, so that columns of priorities line up.
std::string hex4(std::uint16_t value) {
  std::array<char, 4> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
  const std::string_view text{digits.data(), static_cast<std::size_t>(end - digits.data())};
  return std::string(digits.size() - text.size(), '0').append(text);
}

}  // namespace

std::string describe_state(std::uint8_t state) {
  std::string text(kStateLetters);
  for (std::size_t bit = 0; bit < text.size(); ++bit)
    if ((state >> bit & 1U) == 0) text[bit] = '-';
  return text;
}

std::string describe(const LacpInfo& info) {
  return hex4(info.system_priority) + ',' + to_string(info.system) + " key " + std::to_string(info.key) +
         " port " + hex4(info.port_priority) + ',' + std::to_string(info.port_number) + ' ' +
         describe_state(info.state);
}

std::string describe(const Lacpdu& pdu) {
  const std::string retry = pdu.retry ? " retry-count " + std::to_string(pdu.retry->actor) + "," +
                                            std::to_string(pdu.retry->partner)
                                      : "";
  return "LACPv" + std::to_string(pdu.version) + " actor " + describe(pdu.actor) + " partner " +
         describe(pdu.partner) + " max-delay " + std::to_string(pdu.collector_max_delay) + retry;
}

std::string describe(const MarkerPdu& pdu) {
  const std::string_view kind = pdu.kind == MarkerKind::information ? "Marker" : "Marker Response";
  return std::string(kind) + " v" + std::to_string(pdu.version) + " requester " +
         to_string(pdu.requester_system) + " port " + std::to_string(pdu.requester_port) + " transaction " +
         std::to_string(pdu.transaction);
}

std::string describe(const SlowPdu& pdu) {
  return std::visit([](const auto& value) { return describe(value); }, pdu);
}

}  // namespace lagoon::wire
