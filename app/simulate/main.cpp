// lagoon-simulate: a workload over a LAG, in virtual time, as CSV (options.hpp).
#include <fstream>
#include <iostream>

#include "csv.hpp"
#include "options.hpp"
#include "scenario.hpp"

using namespace lagoon;
using namespace lagoon::simulate;

namespace {

constexpr int kUsage = 2;

[[nodiscard]] int complain(const Error& error, int code) {
  std::cerr << "lagoon-simulate: " << error.detail << '\n';
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = parse_options(argc, argv);
  if (!options) return complain(options.error(), kUsage);
  if (options->help) {
    std::cout << usage();
    return 0;
  }
  std::ofstream file;
  if (options->csv != "-") {
    file.open(options->csv);
    if (!file) return complain({Errc::system, "--csv: cannot write " + options->csv}, 1);
  }
  std::ostream& out = file.is_open() ? file : std::cout;
  write_head(out, options->links.size());
  const auto ran = run_scenario(*options, [&out](const Row& row) { write_row(out, row); });
  if (!ran) return complain(ran.error(), 1);
  out.flush();
  return out ? 0 : complain({Errc::system, "--csv: not all could be written"}, 1);
}
