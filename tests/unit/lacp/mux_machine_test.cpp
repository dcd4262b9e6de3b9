#include "lacp/mux_machine.hpp"
#include "rig.hpp"
#include "support/catch.hpp"

namespace mux_machine_test {

using namespace lagoon::lacp;

static_assert(settle(MuxControl::independent, MuxState::detached,
                     {.selected = Selected::selected, .ready = true}) == MuxState::waiting);
static_assert(outputs(MuxState::attached) == MuxOutputs{.synchronization = true});

namespace {
const auto S = Selected::selected;
const auto Y = Selected::standby;
const auto U = Selected::unselected;
struct Row {
  MuxState from;
  MuxInputs in;
  MuxState to;
};
void check(MuxControl control, std::initializer_list<Row> rows) {
  for (const Row& row : rows) {
    CAPTURE(row.from, row.to, row.in.selected, row.in.ready, row.in.partner_sync, row.in.partner_collecting);
    CHECK(settle(control, row.from, row.in) == row.to);
  }
}
}  // namespace

TEST_CASE("Mux machine under independent control follows 6.4.15", "[lacp][mux]") {
  check(MuxControl::independent,
        {{MuxState::detached, {.selected = U}, MuxState::detached},
         {MuxState::detached, {.selected = S}, MuxState::waiting},
         {MuxState::detached, {.selected = Y}, MuxState::waiting},
         {MuxState::waiting, {.selected = U, .ready = true}, MuxState::detached},
         {MuxState::waiting, {.selected = S}, MuxState::waiting},
         {MuxState::waiting, {.selected = Y, .ready = true}, MuxState::waiting},
         {MuxState::waiting, {.selected = S, .ready = true}, MuxState::attached},
         {MuxState::attached, {.selected = S}, MuxState::attached},
         {MuxState::attached, {.selected = U, .partner_sync = true}, MuxState::detached},
         {MuxState::attached, {.selected = Y, .partner_sync = true}, MuxState::waiting},
         {MuxState::attached, {.selected = S, .partner_sync = true}, MuxState::collecting},
         {MuxState::attached,
          {.selected = S, .partner_sync = true, .partner_collecting = true},
          MuxState::distributing},
         {MuxState::collecting, {.selected = S, .partner_sync = false}, MuxState::attached},
         {MuxState::distributing, {.selected = S, .partner_sync = true}, MuxState::collecting},
         {MuxState::distributing, {.selected = S, .partner_collecting = true}, MuxState::attached},
         {MuxState::distributing,
          {.selected = U, .partner_sync = true, .partner_collecting = true},
          MuxState::detached}});
}

TEST_CASE("Mux machine under coupled control follows 6.4.15", "[lacp][mux]") {
  check(MuxControl::coupled,
        {{MuxState::detached, {.selected = S}, MuxState::waiting},
         {MuxState::waiting, {.selected = S, .ready = true}, MuxState::attached},
         {MuxState::attached, {.selected = S}, MuxState::attached},
         {MuxState::attached, {.selected = S, .partner_sync = true}, MuxState::distributing},
         {MuxState::distributing, {.selected = S, .partner_sync = true}, MuxState::distributing},
         {MuxState::distributing, {.selected = S, .partner_sync = false}, MuxState::attached},
         {MuxState::distributing, {.selected = Y, .partner_sync = true}, MuxState::waiting},
         {MuxState::distributing, {.selected = U, .partner_sync = true}, MuxState::detached}});
}

TEST_CASE("Mux machine settles from every state under every input, and its bits imply each other",
          "[lacp][mux]") {
  for (const MuxControl control : {MuxControl::independent, MuxControl::coupled})
    for (int s = 0; s < 5; ++s)
      for (int sel = 0; sel < 3; ++sel)
        for (int b = 0; b < 8; ++b) {
          if (control == MuxControl::coupled && s == static_cast<int>(MuxState::collecting)) continue;
          const MuxInputs in{static_cast<Selected>(sel), (b & 1) != 0, (b & 2) != 0, (b & 4) != 0};
          const MuxState end = settle(control, static_cast<MuxState>(s), in);
          CAPTURE(s, sel, b, end);
          if (end != MuxState::waiting) CHECK(settle(control, end, in) == end);
          const MuxOutputs out = outputs(end);
          CHECK((!out.distributing || out.collecting));
          CHECK((!out.collecting || out.synchronization));
          CHECK((!out.collecting || (in.partner_sync && in.selected == S)));
          if (control == MuxControl::independent) CHECK((!out.distributing || in.partner_collecting));
          if (control == MuxControl::coupled) CHECK(end != MuxState::collecting);
        }
}

}  // namespace mux_machine_test
