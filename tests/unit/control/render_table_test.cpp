#include "control/render_table.hpp"

#include "pair.hpp"
#include "support/catch.hpp"

using namespace lagoon;
using namespace lagoon::control;
using namespace lagoon::control::test;

TEST_CASE("The table says what an operator asks first", "[control][table]") {
  Pair pair{2};
  pair.link(0, true);
  pair.advance(5s);
  LagStatus status = pair.ends[0]->status(pair.now);
  status.members[0].traffic = {.rx_packets = 12, .rx_bytes = 0, .tx_packets = 345, .tx_bytes = 0};
  status.drops = {{"not_collecting", 3}, {"tx_refused", 0}};
  CHECK(render_table({&status, 1}) ==
        "near: up, lacp, hash l3+4, 1 of 2 members distributing, address 02:00:00:00:00:01\n"
        "  LAG ID [(8000,02-00-00-00-00-01,000F,0000,0000),(8000,02-00-00-00-00-02,000F,0000,0000)]\n"
        "  member  link    selected                mux           actor     partner   partner system     key  "
        "share  "
        "rx  tx\n"
        "  m0      up 10G  SELECTED                DISTRIBUTING  ATGSCD--  ATGSCD--  02:00:00:00:00:02  15   "
        "100%   "
        "12  345\n"
        "  m1      down    UNSELECTED (link_down)  DETACHED      ATG---F-  --------  -                  0    "
        "0%     "
        "0   0\n"
        "  drops: not_collecting=3\n");
}
