// The console's capture: which ports are meant.
#include "console/interpreter.hpp"
#include "support/catch.hpp"
#include "support/fake_running.hpp"

namespace lagoon::console::capture_test {
namespace {

TEST_CASE("A capture is of the ports that were named, or of all", "[console][capture]") {
  test::FakeRunning running;
  Interpreter interpreter{running};
  CHECK(interpreter.run("capture start /tmp/f of lag0  lag1/m2 lan")->text == "capturing into /tmp/f\n");
  CHECK(running.captured_of == std::vector<std::string>{"lag0", "lag1/m2", "lan"});
  REQUIRE(interpreter.run("capture start /tmp/f"));
  CHECK(running.captured_of.empty());
  CHECK(interpreter.run("capture stop")->text == "3 frames\n");
  CHECK(interpreter.run("show capture")->text == "no capture is under way\n");
  const int changes = running.changes;
  CHECK_FALSE(interpreter.run("capture start /tmp/f of"));
  CHECK_FALSE(interpreter.run("capture start /tmp/f lag0"));
  CHECK_FALSE(interpreter.run("capture"));
  CHECK(running.changes == changes);
}

}  // namespace
}  // namespace lagoon::console::capture_test
