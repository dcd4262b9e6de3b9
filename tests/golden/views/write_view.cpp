// Prints a view of a fixed status, for tests that read it as others do: write_view STATUS VIEW.
// Without arguments: the names of the statuses. `write_view --views`: the names of the views.
#include <cstdio>
#include <string>
#include <string_view>

#include "control/views/views.hpp"
#include "statuses.hpp"

int main(int argc, char** argv) {
  using namespace lagoon;
  if (argc == 1) {
    for (const test::NamedStatus& each : test::fixed_statuses()) std::puts(std::string{each.name}.c_str());
    return 0;
  }
  if (argc == 2 && argv[1] == std::string_view{"--views"}) {
    std::puts(control::view_names("\n").c_str());
    return 0;
  }
  const auto lag = argc == 3 ? test::fixed_status(argv[1]) : std::nullopt;
  const auto view = argc == 3 ? control::view_from(argv[2]) : std::nullopt;
  if (!lag || !view) {
    std::fputs("usage: write_view [--views | STATUS VIEW]\n", stderr);
    return 2;
  }
  const std::string text = control::render(*view, *lag);
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
}
