// Any message to the control socket: an answer of a bounded size that the client understands, and where it is
// a refusal, nothing was done. Any line, with and without its message: done, or refused with a reason.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "console/socket/protocol.hpp"
#include "support/fake_running.hpp"

using namespace lagoon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  test::FakeRunning running;
  console::Protocol protocol{running};
  const std::string reply = protocol.answer(text);
  LAGOON_CHECK(reply.size() <= console::kReplyMax);
  const bool refused = reply.find(R"("ok":false)") != std::string::npos;
  LAGOON_CHECK(!refused || running.changes == 0);
  LAGOON_CHECK(!refused || !console::outcome_in(reply));

  console::Interpreter interpreter{running};
  const auto line = interpreter.run(text);
  LAGOON_CHECK(line.has_value() || !line.error().detail.empty());
  for (const console::Completion& choice : interpreter.complete(text)) LAGOON_CHECK(!choice.text.empty());
  // What lagoond would have to say for a client to be confused.
  static_cast<void>(console::outcome_in(text));
  static_cast<void>(console::choices_in(text));
  return 0;
}
