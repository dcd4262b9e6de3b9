// lagoon-console: the prompt of a lagoond that runs, or of a program's LAGs, over the control socket. Knows
// no command itself.
#include <getopt.h>
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <string>

#include "base/version.hpp"
#include "console/prompt/front_end.hpp"
#include "console/prompt/terminal.hpp"
#include "console/socket/channel.hpp"
#include "console/socket/socket_path.hpp"

namespace lagoon::console {
namespace {

constexpr const char* kUsage =
    "usage: lagoon-console [--socket PATH | --prefix NAME] [--cmdline-file FILE] [-i] [COMMAND...]\n"
    "With a COMMAND or a FILE these are run, and no more (but with -i); otherwise what is typed or piped "
    "in.\n"
    "The exit code is 0 when everything worked, 1 when something did not, 2 when there is nobody to "
    "ask.\n";

enum Long : int { kSocket = 256, kPrefix, kFile, kVersionAsked };

constexpr option kLongOptions[] = {
    {"socket", required_argument, nullptr, kSocket},
    {"prefix", required_argument, nullptr, kPrefix},
    {"cmdline-file", required_argument, nullptr, kFile},
    {"version", no_argument, nullptr, kVersionAsked},
    {"help", no_argument, nullptr, 'h'},
    {nullptr, 0, nullptr, 0},
};

struct Options {
  std::optional<std::string> socket{};
  std::optional<std::string> prefix{};
  std::optional<std::string> file{};
  bool interactive = false;
  std::string command;
};

enum class Parsed { run, ended, wrong };

Parsed parse(int argc, char** argv, Options& options) {
  // ('+': what follows the first word is the command's)
  for (int c = 0; (c = getopt_long(argc, argv, "+hi", kLongOptions, nullptr)) != -1;) {
    switch (c) {
      case kSocket:
        options.socket = optarg;
        break;
      case kPrefix:
        options.prefix = optarg;
        break;
      case kFile:
        options.file = optarg;
        break;
      case 'i':
        options.interactive = true;
        break;
      case kVersionAsked:
        std::printf("lagoon-console %s\n", kVersion);
        return Parsed::ended;
      case 'h':
        std::fputs(kUsage, stdout);
        return Parsed::ended;
      default:
        return Parsed::wrong;
    }
  }
  for (int i = optind; i < argc; ++i) options.command += (i == optind ? "" : " ") + std::string{argv[i]};
  return options.socket && options.prefix ? Parsed::wrong : Parsed::run;
}

Result<std::string> path_of(const Options& options) {
  if (options.socket) return *options.socket;
  if (options.prefix) return default_socket_path(*options.prefix);
  const auto folder = socket_folder();
  return folder ? only_socket_in(*folder) : folder;
}

int converse(Channel& channel, const Options& options) {
  Input input{STDIN_FILENO};
  bool worked = true;
  if (options.file) {
    const auto done = run_file(channel, *options.file);
    if (!done) return print_error("lagoon-console", done.error()), 1;
    worked = done->all_worked;
    if (done->quit) return worked ? 0 : 1;
  }
  if (!options.command.empty() && run_and_show(channel, options.command, "", input) == Shown::failed)
    worked = false;
  const bool more = options.interactive || (!options.file && options.command.empty());
  if (!more) return worked ? 0 : 1;
  if (!is_terminal()) return run_lines(channel, input, "stdin").all_worked && worked ? 0 : 1;
  return run_terminal(channel) == TerminalEnd::quit && worked ? 0 : 1;
}

int run(int argc, char** argv) {
  Options options;
  switch (parse(argc, argv, options)) {
    case Parsed::run:
      break;
    case Parsed::ended:
      return 0;
    case Parsed::wrong:
      std::fputs(kUsage, stderr);
      return 2;
  }
  const auto path = path_of(options);
  if (!path) return print_error("lagoon-console", path.error()), 2;
  auto socket = connect_to(*path);
  if (!socket) return print_error("lagoon-console", socket.error()), 2;
  SocketChannel channel{*std::move(socket)};
  return converse(channel, options);
}

}  // namespace
}  // namespace lagoon::console

int main(int argc, char** argv) {
  return lagoon::console::run(argc, argv);
}
