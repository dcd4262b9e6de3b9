// Parsers of what an operator sees by: where metrics are offered, and where the journal goes. As in
// value.hpp, they see no file and report nothing.
#pragma once

#include <string>

#include "config/model.hpp"
#include "config/values/value.hpp"

namespace lagoon::config {

/// "127.0.0.1:9478", "[::1]:9478".
struct ListenOn {
  [[nodiscard]] Parsed<ListenAddress> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const {
    return "an address of this machine with a port, like 127.0.0.1:9478 or \"[::1]:9478\"";
  }
};

/// off, syslog, or the absolute path of a file.
struct JournalTo {
  [[nodiscard]] Parsed<JournalSink> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const {
    return "syslog, off, or the absolute path of a file, like /var/log/lagoon.log";
  }
};

/// A name as capabilities(7) has it, in lower case and without "cap_", or with it.
struct CapabilityName {
  [[nodiscard]] Parsed<Capability> operator()(const YamlNode& node) const;
  [[nodiscard]] std::string expected() const;
};

/// As ListenOn takes it.
[[nodiscard]] std::string to_string(const ListenAddress& address);

}  // namespace lagoon::config
