// Any octets as descriptions of bonds, under the names that say what a file is: refused in words, or a file
// that the reader of configurations takes. Files are apart by a zero; the first octet of each says which name
// it has.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "config/file/yaml_reader.hpp"
#include "imports/import.hpp"

using namespace lagoon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array<std::string_view, 5> kNames{"bond0", "ifcfg-bond0", "a.netdev", "a.network",
                                                   "a.nmconnection"};
  std::vector<imports::Source> sources;
  for (std::string_view rest{reinterpret_cast<const char*>(data), size}; !rest.empty();) {
    const std::string_view one = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(one.size() == rest.size() ? one.size() : one.size() + 1);
    if (!one.empty())
      sources.push_back({.name = std::string{kNames[static_cast<std::uint8_t>(one[0]) % kNames.size()]},
                         .text = std::string{one.substr(1)}});
  }
  const auto made = imports::import_bonds(sources);
  if (!made) {
    LAGOON_CHECK(!made.error().detail.empty());
    return 0;
  }
  const auto read = config::parse_config(*made);
  LAGOON_CHECK(read.has_value() && read->warnings.empty());
  return 0;
}
