#include "lagoond/start/beginning.hpp"

#include <unistd.h>

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "console/socket/socket_path.hpp"
#include "dpdk/port/port_lock.hpp"
#include "dpdk/succession/succession.hpp"
#include "lagoond/handover/packet_group.hpp"
#include "lagoond/output/output.hpp"

namespace lagoon::lagoond {

namespace {

std::string name_of_socket(const std::string& path) {
  return "control:" + path;
}
std::string name_of_pid_file(const std::string& path) {
  return "pid-file:" + path;
}

std::optional<StateFile> state_file_of(const Options& options, const config::Config& config) {
  if (!options.state_file) return std::nullopt;
  if (options.state_file_path) return StateFile{*options.state_file_path};
  auto file = StateFile::in_usual_place(config.eal.prefix);
  if (file) return *std::move(file);
  std::fprintf(stderr, "lagoond: no state file: %s\n", file.error().detail.c_str());
  return std::nullopt;
}

// Who carries until then gives what only one can have.
Result<void> begin_take_over(Beginning& from) {
  if (!from.state_file) return fail(Errc::no_such_thing, "--take-over: there is no state file (see above)");
  auto begun = TakeOver::begin(*from.state_file, from.config);
  if (!begun) return std::unexpected{std::move(begun).error()};
  from.take_over = *std::move(begun);
  return keep_groups_apart(from.take_over->process(), from.config);
}

Result<void> take_pid_file(Beginning& from) {
  if (!from.options.pid_file) return {};
  const std::string& path = *from.options.pid_file;
  console::Descriptor given;
  if (from.take_over != nullptr) given = from.take_over->take(name_of_pid_file(path));
  if (!given.is_open()) return from.pid_file.write(path);
  from.pid_file.inherit(path, std::move(given));
  return {};
}

// How the Engine begins where another process carries until then.
dpdk::Succession succession_of(Beginning& from, Memory& memory, Ending& ending) {
  return {.await_turn = [&from, &memory, &ending]() -> Result<void> {
            LAGOON_TRY(from.take_over->await_turn([&ending] { return ending.requested(); }));
            memory.take_over(from.config);
            dpdk::own_inherited_locks();
            from.pid_file.name_us();
            own_files(from, ending);
            return {};
          },
          .give_up =
              [](const Error& error) {
                Output::say("lagoond: it does not take over: " + error.detail + "\n");
                Output::finish();
                ::_exit(1);
              }};
}

}  // namespace

Result<void> begin(Beginning& beginning) {
  beginning.state_file = state_file_of(beginning.options, beginning.config);
  if (beginning.options.take_over)
    LAGOON_TRY(begin_take_over(beginning));
  else if (beginning.state_file)
    beginning.state_file->await_end_of_writer();
  return take_pid_file(beginning);
}

Result<void> open_control_socket(Beginning& beginning) {
  const Options& options = beginning.options;
  if (!options.control_socket) return {};
  const auto path = options.control_socket_path ? *options.control_socket_path
                                                : console::default_socket_path(beginning.config.eal.prefix);
  console::Descriptor given;
  if (beginning.take_over != nullptr && path) given = beginning.take_over->take(name_of_socket(*path));
  if (given.is_open()) {
    beginning.socket.emplace(console::ControlSocket::inherit(std::move(given), *path));
    return {};
  }
  auto socket = path ? console::ControlSocket::open(*path) : std::unexpected{path.error()};
  if (socket)
    beginning.socket.emplace(*std::move(socket));
  else if (options.control_socket_path)
    return std::unexpected{std::move(socket).error()};
  else
    std::fprintf(stderr, "lagoond: no control socket: %s\n", socket.error().detail.c_str());
  return {};
}

void own_files(const Beginning& beginning, Ending& ending) {
  if (beginning.options.pid_file) ending.removes(*beginning.options.pid_file);
  if (beginning.socket) ending.removes(beginning.socket->path());
}

Result<std::unique_ptr<Memory>> begin_memory(Beginning& beginning) {
  if (!beginning.state_file) return nullptr;
  return Memory::begin(*std::move(beginning.state_file), beginning.config,
                       beginning.take_over != nullptr ? beginning.take_over->process() : 0);
}

Result<std::unique_ptr<dpdk::Engine>> start_engine(Beginning& beginning, Memory* memory, Ending& ending) {
  if (beginning.take_over == nullptr)
    return dpdk::Engine::start(beginning.config, memory != nullptr ? &memory->board() : nullptr);
  const dpdk::Succession succession = succession_of(beginning, *memory, ending);
  auto started = dpdk::Engine::start(beginning.config, &memory->board(), &succession);
  beginning.take_over->carries();
  return started;
}

std::unique_ptr<HandOver> offer_hand_over(const Beginning& beginning, const Observability& observability,
                                          dpdk::Engine& engine, Memory* memory, Ending& ending) {
  if (memory == nullptr) return nullptr;
  std::vector<Handed> handed;
  if (const auto& socket = beginning.socket)
    handed.push_back({.name = name_of_socket(socket->path()), .descriptor = socket->number()});
  if (const auto& path = beginning.options.pid_file)
    handed.push_back({.name = name_of_pid_file(*path), .descriptor = beginning.pid_file.descriptor()});
  observability.add_to(handed, beginning.config);
  auto offered = HandOver::offer(engine, *memory, ending, beginning.take_over.get(), std::move(handed));
  if (offered) return *std::move(offered);
  Output::say("lagoond: no other process can take over from this one: " + offered.error().detail + "\n");
  return nullptr;
}

void leave_early(const Beginning& beginning, int code) {
  if (beginning.take_over == nullptr || beginning.take_over->carrying()) return;
  Output::finish();
  ::_exit(code);
}

}  // namespace lagoon::lagoond
