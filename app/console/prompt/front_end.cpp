#include "console/prompt/front_end.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace lagoon::console {

namespace {

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace

void print_error(std::string_view place, const Error& error) {
  std::fflush(stdout);
  std::fprintf(stderr, "%.*s%s%s\n", static_cast<int>(place.size()), place.data(), place.empty() ? "" : ": ",
               error.detail.c_str());
}

Shown run_and_show(Channel& channel, std::string_view line, std::string_view place, const Input& input) {
  for (std::uint32_t times = 1;; ++times) {
    const auto outcome = channel.run(line);
    if (!outcome) {
      print_error(place, outcome.error());
      return Shown::failed;
    }
    if (outcome->after == After::repeat && outcome->count == 0) {
      print_error(place,
                  {Errc::invalid_argument, "without a terminal a live view needs an end: say count NUMBER"});
      return Shown::failed;
    }
    print(outcome->text);
    if (outcome->after == After::quit) return Shown::quit;
    if (outcome->after == After::next || times >= outcome->count) return Shown::done;
    if (!input.pause(outcome->interval)) return Shown::done;
  }
}

LinesDone run_lines(Channel& channel, Input& input, const std::string& name) {
  LinesDone done;
  std::size_t number = 0;
  while (const auto line = input.line()) {
    switch (run_and_show(channel, *line, name + ":" + std::to_string(++number), input)) {
      case Shown::done:
        break;
      case Shown::failed:
        done.all_worked = false;
        break;
      case Shown::quit:
        done.quit = true;
        return done;
    }
    if (channel.is_lost()) break;
  }
  return done;
}

Result<LinesDone> run_file(Channel& channel, const std::string& name, int stop) {
  const Descriptor file{open(name.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file.is_open()) return fail(Errc::no_such_thing, name + ": " + std::strerror(errno));
  Input input{file.number(), stop};
  return run_lines(channel, input, name);
}

}  // namespace lagoon::console
