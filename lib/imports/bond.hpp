// What descriptions of bonds from elsewhere come to, before it is a configuration of ours.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lagoon::imports {

/// One text to be read. `name` is a file's, which may say what it is.
struct Source {
  std::string name;
  std::string text;
};

/// What was said, and where.
struct Said {
  std::string file{};    // empty: nowhere, it is what the other system does of itself
  std::size_t line = 0;  // from 1; 0: the file as a whole
  std::string words{};   // "lacp_rate=1"
  bool shown = false;    // the other system does it, or shows it, whether or not somebody has asked for it
};

struct Setting {
  std::string key;                    // of an option: "lacp.rate"
  std::vector<std::string> values{};  // several of a list
  bool is_list = false;
  Said said{};
};

/// What has no counterpart here, and why.
struct Remark {
  Said said;
  std::string why;
};

struct Member {
  std::string name;      // of an interface, unless it is a device
  std::string device{};  // DPDK's, where the other system names one: a PCI address, devargs
  std::vector<Setting> settings{};
};

struct Bond {
  std::string name;
  std::vector<Setting> settings{};
  std::vector<Member> members{};
  std::vector<Remark> remarks{};

  void set(std::string key, std::string value, Said said) {
    settings.push_back({std::move(key), {std::move(value)}, false, std::move(said)});
  }
  /// The last one of that key; null: there is none.
  [[nodiscard]] const Setting* find(std::string_view key) const noexcept;
  /// As the other system does where nothing is said.
  void set_default(std::string_view key, std::string_view value);
  /// The one of that name, made where there is none.
  [[nodiscard]] Member& member(std::string_view of);
};

/// All that the sources said, in the order in which bonds came up.
struct Bonds {
  std::vector<Bond> bonds{};
  std::vector<Remark> remarks{};     // of no bond
  std::vector<std::string> wrong{};  // why a file can't be read, with its name

  /// The one of that name, made where there is none.
  [[nodiscard]] Bond& bond(std::string_view of);
};

}  // namespace lagoon::imports
