// Validator: what the rules of validate() share: the model, where it was written, and how to complain.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/model.hpp"
#include "config/text/source_map.hpp"

namespace lagoon::config {

class Validator {
 public:
  /// In how many words a configuration is said.
  enum class Said : std::uint8_t {
    at_once,     // by a file
    together,    // by arguments, which have no lines
    one_by_one,  // by commands: the next may complete it
    unfinished,  // before it runs: members and what names them may still come
  };

  Validator(const Config& config, const SourceMap& source, Diagnostics& diagnostics,
            Said said = Said::at_once)
      : config_{config}, source_{source}, diagnostics_{diagnostics}, said_{said} {}

  void eal();
  void names();
  void devices();
  void forwards();
  void cluster();
  void lag(std::size_t index);
  /// What it names beyond itself: ports, other LAGs, the other box.
  void beyond(std::size_t index);
  /// No two LAGs may be one to a Partner.
  void systems();

 private:
  struct Use {
    std::string path;
    std::string by;  // "LAG 'lag0'"; empty: the path tells
  };
  /// Where each value of one kind was first used.
  using FirstUse = std::map<std::string, Use, std::less<>>;
  /// What may stand in `forward`, and what did.
  struct Endpoints {
    std::vector<std::string_view> known;
    bool complete = true;  // false: some name could not be read, so an unknown one may be right
    FirstUse used;
  };

  /// Where the file lists Lag::listed().
  [[nodiscard]] static std::string list_path(const Lag& lag, const std::string& path) {
    const std::string members = key_path(path, "members");
    return lag.options.automatic ? key_path(members, "from") : members;
  }
  void report(const std::string& path, std::string message, Severity severity = Severity::error);
  /// " (line 7)" or nothing.
  [[nodiscard]] std::string line_of(std::string_view path) const;
  /// True when `value` is used at `path` for the first time; else false, and the repetition is reported.
  bool is_first(FirstUse& uses, const std::string& value, const std::string& path, std::string_view what,
                const std::string& by = {});

  /// `by` has it: "port 'lan'".
  void device(const PortSource& source, const std::string& path, const std::string& by);
  void forward_end(const std::string& name, const std::string& path, Endpoints& endpoints);
  void links(const Lag& lag, const std::string& path);
  void addresses(const Lag& lag, const std::string& path);
  void port_numbers(const Lag& lag, const std::string& path);
  void effects(const Lag& lag, const std::string& path);
  void names_member(const Lag& lag, const std::string& path, std::string_view key, const std::string& name);
  void monitor(const Lag& lag, const std::string& path);
  void weights(const Lag& lag, const std::string& path);
  void moves(const Lag& lag, const std::string& path);
  void mtu(const Lag& lag, const std::string& path);
  void traffic(const Lag& lag, const std::string& path);
  void formation(const Lag& lag, const std::string& path);
  void multichassis(const Lag& lag, const std::string& path);
  void no_loop(const Lag& lag, const std::string& path);
  void uplinks(const Lag& lag, const std::string& path);
  [[nodiscard]] bool is_shared(std::size_t lag, const Member& candidate, const std::string& path);
  void address_rules(const Lag& lag, const std::string& path);
  void bfd_rules(const Lag& lag, const std::string& path);

  const Config& config_;
  const SourceMap& source_;
  Diagnostics& diagnostics_;
  Said said_;
  FirstUse devices_;
  std::set<std::string, std::less<>> repeated_;  // ports and members whose device another one has
  FirstUse interfaces_;
  std::map<std::string, std::vector<std::string>, std::less<>> wire_ends_;
  unsigned opened_ = 0;       // ports and members so far: it makes names of taps
  bool wire_unread_ = false;  // some wire's name is not known, so a single end may have its other end there
};

}  // namespace lagoon::config
