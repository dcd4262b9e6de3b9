#include "console/socket/channel.hpp"

#include "console/socket/protocol.hpp"

namespace lagoon::console {

// Where the request can't be sent, what was said before the connection was closed may still be there to be
// read; and the first attempt may only say that it was closed before all was read at the other end.
std::optional<std::string> SocketChannel::ask(const std::string& request) {
  const bool sent = send_message(socket_, request);
  auto reply = receive_message(socket_, kReplyMax);
  if (!reply) reply = receive_message(socket_, kReplyMax);
  lost_ = !sent || !reply;
  return reply;
}

Result<Outcome> SocketChannel::run(std::string_view line) {
  const auto reply = ask(run_request(++asked_, line));
  if (!reply) return fail(Errc::system, "the other end has closed the connection");
  return outcome_in(*reply);
}

std::vector<Completion> SocketChannel::complete(std::string_view line) {
  const auto reply = ask(complete_request(++asked_, line));
  return reply ? choices_in(*reply) : std::vector<Completion>{};
}

}  // namespace lagoon::console
