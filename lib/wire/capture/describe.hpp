// What a slow-protocol PDU says, in one line for a person, as tcpdump would: for logs, traces and golden
// tests.
#pragma once

#include <cstdint>
#include <string>

#include "wire/slow_frame.hpp"

namespace lagoon::wire {

/// "ATGSCD--": Activity, short Timeout, aGgregation, Synchronization, Collecting, Distributing, deFaulted,
/// Expired, in the order of 802.1AX-2014 6.4.2.3; '-' where a bit is clear.
[[nodiscard]] std::string describe_state(std::uint8_t state);
/// "8000,02:4c:41:00:00:01 key 401 port 8000,1 ATGSCD--": priorities in hexadecimal, the rest in decimal.
[[nodiscard]] std::string describe(const LacpInfo& info);
[[nodiscard]] std::string describe(const Lacpdu& pdu);
[[nodiscard]] std::string describe(const MarkerPdu& pdu);
[[nodiscard]] std::string describe(const SlowPdu& pdu);

}  // namespace lagoon::wire
