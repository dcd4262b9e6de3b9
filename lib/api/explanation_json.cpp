#include "api/explanation_json.hpp"

#include "control/views/json_writer.hpp"
#include "control/views/words.hpp"

namespace lagoon::api {

std::string to_json(const dpdk::FlowAnswer& answer) {
  const control::Explanation& way = answer.way;
  control::views::JsonWriter out;
  out.open_object();
  out.text("lag", answer.lag);
  out.text("distribution", way.distribution);
  out.text("hash", "0x" + control::views::hex_upper(way.hash, 8));
  out.number("bucket", way.bucket);
  if (way.pin) out.number("pin", *way.pin);
  out.text("member", answer.member);
  out.text("before", answer.before);
  out.text("why", way.why);
  if (answer.since) out.milliseconds("since_ms", *answer.since);
  out.flag("moving", way.moving);
  out.flag("by_frame", way.by_frame);
  out.flag("nic_hash", answer.nic_hash);
  out.open_array("entries");
  for (const dpdk::FlowAnswer::Entry& entry : answer.entries) {
    out.open_object();
    out.number("queue", entry.lcore);
    out.text("member", entry.member);
    out.text("why", entry.why);
    out.milliseconds("since_ms", entry.since);
    out.close_object();
  }
  out.close_array();
  out.close_object();
  return out.take();
}

}  // namespace lagoon::api
