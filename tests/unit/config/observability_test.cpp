#include <sstream>

#include "config/file/yaml_reader.hpp"
#include "config/plan/plan.hpp"
#include "config/values/observability_value.hpp"
#include "printed.hpp"
#include "support/catch.hpp"

namespace lagoon::config::observability_test {
namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view kLag = "lags: [{ name: a, members: [{ dev: net_a }] }]\n";

Config config_of(std::string_view text) {
  auto config = parse_config(std::string{kLag} + std::string{text});
  REQUIRE(config);
  return *std::move(config);
}

std::string planned(std::string_view text) {
  std::ostringstream out;
  print(out, plan(config_of(text)));
  return out.str();
}

TEST_CASE("Metrics are off unless an address and a port are given", "[config][observability]") {
  CHECK_FALSE(config_of("").metrics);
  CHECK_FALSE(config_of("metrics: off\n").metrics);
  CHECK(config_of("metrics: 127.0.0.1:9478\n").metrics ==
        ListenAddress{.address = *parse_ip_address("127.0.0.1"), .port = 9478});
  const auto six = config_of("metrics: \"[::1]:65535\"\n").metrics;
  CHECK(six == ListenAddress{.address = *parse_ip_address("::1"), .port = 65535});
  CHECK(to_string(*six) == "[::1]:65535");
}

TEST_CASE("How long the end may take has a default, a range, and stays while lagoond runs",
          "[config][observability]") {
  CHECK(config_of("").shutdown_timeout == 5s);
  CHECK(config_of("shutdown-timeout: 1500ms\n").shutdown_timeout == 1500ms);
  CHECK(config_of("shutdown-timeout: 600s\n").shutdown_timeout == 600s);
}

TEST_CASE("How long who stands may stand has defaults and ranges", "[config][observability]") {
  CHECK(config_of("").stall_after == 1s);
  CHECK(config_of("").stall_fatal == 10s);
  CHECK(config_of("stall-after: 200ms\n").stall_after == 200ms);
  CHECK(config_of("stall-fatal: 3600s\n").stall_fatal == 3600s);
  CHECK_FALSE(config_of("stall-fatal: off\n").stall_fatal);
}

TEST_CASE("Who lagoond becomes and what it keeps are off unless they are given", "[config][observability]") {
  CHECK_FALSE(config_of("").user);
  CHECK_FALSE(config_of("user: same\n").user);
  CHECK(config_of("user: lagoon\n").user == "lagoon");
  CHECK(config_of("").keep_capabilities.empty());
  CHECK(config_of("keep-capabilities: [net_raw, CAP_NET_ADMIN, net_raw]\n").keep_capabilities ==
        std::vector{Capability::net_raw, Capability::net_admin});
}

TEST_CASE("The journal goes to syslog, to a file, or nowhere", "[config][observability]") {
  CHECK(config_of("").journal == JournalSink{SystemLog{}});
  CHECK(config_of("journal: syslog\n").journal == JournalSink{SystemLog{}});
  CHECK(config_of("journal: off\n").journal == JournalSink{});
  CHECK(config_of("journal: /var/log/lagoon.log\n").journal ==
        JournalSink{JournalFile{.path = "/var/log/lagoon.log"}});
}

TEST_CASE("Mistakes in what an operator sees by are told with their place", "[config][observability]") {
  const std::string where = "an address of this machine with a port, like 127.0.0.1:9478 or \"[::1]:9478\"";
  const std::string what = "syslog, off, or the absolute path of a file, like /var/log/lagoon.log";
  struct Row {
    std::string text;
    std::string said;
  };
  const auto [text, said] = GENERATE_COPY(
      Row{"metrics: 9478", "2:10: error: metrics is '9478'; expected off, or " + where +
                               " (the address or the port is missing)"},
      Row{"metrics: 127.0.0.1",
          "2:10: error: metrics is '127.0.0.1'; expected off, or " + where + " (the port is missing)"},
      Row{"metrics: 127.0.0.1:0", "2:10: error: metrics is '127.0.0.1:0'; expected off, or " + where +
                                      " (a port is a number from 1 to 65535)"},
      Row{"metrics: 127.0.0.1:65536", "2:10: error: metrics is '127.0.0.1:65536'; expected off, or " + where +
                                          " (a port is a number from 1 to 65535)"},
      Row{"metrics: localhost:9478",
          "2:10: error: metrics is 'localhost:9478'; expected off, or " + where + " (a number, not a name)"},
      Row{"metrics: :9478",
          "2:10: error: metrics is ':9478'; expected off, or " + where + " (the address is missing)"},
      Row{"metrics: [127.0.0.1]",
          "2:10: error: metrics is a list; expected off, or " + where + " (put an IPv6 address in quotes)"},
      Row{"shutdown-timeout: 900ms",
          "2:19: error: shutdown-timeout is '900ms'; expected a time from 1s to 600s, like 2s or 500ms"},
      Row{"stall-after: 100ms",
          "2:14: error: stall-after is '100ms'; expected a time from 200ms to 600s, like 2s or 500ms"},
      Row{"stall-fatal: never",
          "2:14: error: stall-fatal is 'never'; expected off, or a time from 1s to "
          "3600s, like 2s or 500ms"},
      Row{"keep-capabilities: [net_row]",
          "2:21: error: keep-capabilities[0] is 'net_row'; expected net_admin, net_raw, ipc_lock, sys_admin, "
          "sys_rawio, sys_nice, bpf, perfmon, chown or dac_override (did you mean 'net_raw'?)"},
      Row{"user: a b",
          "2:7: error: user is 'a b'; expected same, or a name of at most 32 letters, digits, '.', '_' or "
          "'-'"},
      Row{"journal: sylog",
          "2:10: error: journal is 'sylog'; expected " + what + " (did you mean 'syslog'?)"},
      Row{"journal: lagoon.log", "2:10: error: journal is 'lagoon.log'; expected " + what},
      Row{"journal: /var/log/",
          "2:10: error: journal is '/var/log/'; expected " + what + " (that is a folder)"});
  CHECK(mistakes(std::string{kLag} + text + "\n") == Lines{"f:" + said});
}

TEST_CASE("The plan says what was asked for beside the traffic", "[config][observability]") {
  CHECK(planned("").find("journal") == std::string::npos);
  CHECK(planned("").find("metrics") == std::string::npos);
  CHECK(planned("metrics: 127.0.0.1:9478\njournal: /var/log/l.log\n")
            .find("2. metrics for Prometheus: http://127.0.0.1:9478/metrics\n3. journal: file "
                  "/var/log/l.log\n") != std::string::npos);
  CHECK(planned("shutdown-timeout: 2s\n").find("2. told to end, lagoond ends within 2s, whatever stands\n") !=
        std::string::npos);
  CHECK(planned("stall-after: 2s\n").find("2. a worker that stands for 2s is told of") != std::string::npos);
  CHECK(planned("stall-fatal: off\n").find("2. a worker that stands is no reason") != std::string::npos);
  CHECK(
      planned("user: lagoon\nkeep-capabilities: [net_raw]\n")
          .find("2. lagoond becomes the user lagoon\n3. capabilities kept for members to come: net_raw\n") !=
      std::string::npos);
  CHECK(planned("journal: off\n").find("2. the journal is written nowhere\n") != std::string::npos);
}

}  // namespace
}  // namespace lagoon::config::observability_test
