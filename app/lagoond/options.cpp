#include "lagoond/options.hpp"

#include <getopt.h>

#include <charconv>
#include <cstring>
#include <string_view>
#include <vector>

#include "config/text/suggest.hpp"

namespace lagoon::lagoond {

namespace {

enum Long : int {
  kCheck = 256,
  kVersion,
  kStatusInterval,
  kPidFile,
  kReadyTimeout,
  kControlSocket,
  kStateFile,
  kCmdlineFile,
  kImport,
  kExample,
  kDevices,
  kTakeOver
};

constexpr option kLongOptions[] = {
    {"config", required_argument, nullptr, 'c'},
    {"check", no_argument, nullptr, kCheck},
    {"import", no_argument, nullptr, kImport},
    {"example", required_argument, nullptr, kExample},
    {"devices", required_argument, nullptr, kDevices},
    {"version", no_argument, nullptr, kVersion},
    {"help", no_argument, nullptr, 'h'},
    {"status-interval", required_argument, nullptr, kStatusInterval},
    {"pid-file", required_argument, nullptr, kPidFile},
    {"ready-timeout", required_argument, nullptr, kReadyTimeout},
    {"control-socket", required_argument, nullptr, kControlSocket},
    {"state-file", required_argument, nullptr, kStateFile},
    {"take-over", no_argument, nullptr, kTakeOver},
    {"interactive", no_argument, nullptr, 'i'},
    {"cmdline-file", required_argument, nullptr, kCmdlineFile},
    {nullptr, 0, nullptr, 0},
};

Result<std::chrono::seconds> seconds(const std::string& option, const char* text, unsigned least) {
  unsigned value = 0;
  const char* const end = text + std::strlen(text);
  const auto [at, error] = std::from_chars(text, end, value);
  if (error != std::errc{} || at != end || value < least || value > 86400)
    return fail(Errc::invalid_argument,
                option + " wants seconds, " + std::to_string(least) + " to 86400, not '" + text + "'");
  return std::chrono::seconds{value};
}

}  // namespace

const char* usage() noexcept {
  return "usage: lagoond -c FILE [--status-interval SECONDS] [--pid-file FILE] [--ready-timeout SECONDS]\n"
         "               [--control-socket PATH|none] [--state-file FILE|none] [-i] [--cmdline-file FILE]\n"
         "       lagoond -c FILE --take-over  take the place of the lagoond that runs FILE, which goes on "
         "until\n"
         "                                    then (docs/restart.md)\n"
         "       lagoond -c FILE --check      validate FILE and print the plan; touches no port\n"
         "       lagoond --import FILE.. [--devices pci]   print a configuration for the bonds that FILEs of "
         "other\n"
         "                                    systems describe (docs/import.md)\n"
         "       lagoond --example MODE       print a small configuration of that mode, to begin with\n"
         "       lagoond --version\n"
         "-i: a console on the standard input. FILE of --cmdline-file: lines for it, before.\n"
         "SIGTERM or SIGINT: leave the LAGs and end. SIGHUP: apply FILE, all of it or nothing.\n"
         "SIGUSR1: print the status. SIGUSR2: end, for the next one to go on (a restart). To systemd\n"
         "it is ready when its LAGs are up, or after the ready timeout (10 s).\n";
}

namespace {

// What stands behind the options: the configuration's file, or those that are imported.
Result<Options> with_files(Options options, int argc, char** argv) {
  if (options.devices && options.verb != Verb::import)
    return fail(Errc::invalid_argument, "--devices goes with --import");
  if (options.take_over && !options.state_file)
    return fail(Errc::invalid_argument, "--take-over finds the other lagoond by its state file");
  if (options.verb == Verb::import) {
    options.import_files.assign(argv + optind, argv + argc);
    if (options.import_files.empty())
      return fail(Errc::invalid_argument, "--import wants the files that describe the bonds");
    return options;
  }
  if (optind < argc) {
    // "lagoond --check FILE" says what is meant.
    if (!options.config_file.empty() || optind + 1 < argc)
      return fail(Errc::invalid_argument, std::string{"argument not understood: "} + argv[optind]);
    options.config_file = argv[optind];
  }
  if (options.config_file.empty()) return fail(Errc::invalid_argument, "which configuration? Say -c FILE");
  return options;
}

Error no_mode(std::string_view word) {
  std::vector<std::string_view> names;
  for (const control::ModeRow& row : control::kModes) names.push_back(row.name);
  return {Errc::invalid_argument,
          "no mode " + config::in_quotes(word) + "; expected " + config::listed(names)};
}

Result<void> name_mode(Options& options, const char* word) {
  const auto mode = control::mode_from(word);
  if (!mode) return std::unexpected{no_mode(word)};
  options.example_mode = *mode;
  options.verb = Verb::example;
  return {};
}

std::optional<ImportedDevices> imported_devices(std::string_view word) {
  if (word == "pci") return ImportedDevices::pci;
  return word == "kernel" ? std::optional{ImportedDevices::kernel} : std::nullopt;
}

}  // namespace

Result<Options> parse_options(int argc, char** argv) {
  Options options;
  opterr = 0;
  for (int c = 0; (c = getopt_long(argc, argv, "c:hi", kLongOptions, nullptr)) != -1;) {
    switch (c) {
      case 'c':
        options.config_file = optarg;
        break;
      case 'h':
        options.verb = Verb::help;
        return options;
      case kVersion:
        options.verb = Verb::version;
        return options;
      case kCheck:
        options.verb = Verb::check;
        break;
      case kImport:
        options.verb = Verb::import;
        break;
      case kExample:
        if (auto named = name_mode(options, optarg); !named) return std::unexpected{named.error()};
        return options;
      case kDevices:
        options.devices = imported_devices(optarg);
        if (!options.devices)
          return fail(Errc::invalid_argument,
                      std::string{"--devices wants kernel or pci, not '"} + optarg + "'");
        break;
      case kPidFile:
        options.pid_file = optarg;
        break;
      case kControlSocket:
        options.control_socket = std::string_view{optarg} != "none";
        if (options.control_socket) options.control_socket_path = optarg;
        break;
      case kStateFile:
        options.state_file = std::string_view{optarg} != "none";
        if (options.state_file) options.state_file_path = optarg;
        break;
      case kTakeOver:
        options.take_over = true;
        break;
      case 'i':
        options.console.interactive = true;
        break;
      case kCmdlineFile:
        options.console.file = optarg;
        break;
      case kStatusInterval: {
        const auto interval = seconds("--status-interval", optarg, 1);
        if (!interval) return std::unexpected{interval.error()};
        options.status_interval = *interval;
        break;
      }
      case kReadyTimeout: {
        const auto timeout = seconds("--ready-timeout", optarg, 0);
        if (!timeout) return std::unexpected{timeout.error()};
        options.ready_timeout = *timeout;
        break;
      }
      default:
        return fail(Errc::invalid_argument, std::string{"option not understood: "} + argv[optind - 1]);
    }
  }
  return with_files(std::move(options), argc, argv);
}

}  // namespace lagoon::lagoond
