#include "flows.hpp"

#include <rte_flow_driver.h>

#include <algorithm>

#include "dpdk/base/log.hpp"
#include "lag_port.hpp"

namespace lagoon::pmd {

namespace {

// A copy of all that a rule points to, in one block.
std::vector<std::byte> copy_of(const rte_flow_conv_rule& rule, rte_flow_error* error) {
  const int size = rte_flow_conv(RTE_FLOW_CONV_OP_RULE, nullptr, 0, &rule, error);
  if (size <= 0) return {};
  std::vector<std::byte> text(static_cast<std::size_t>(size));
  if (rte_flow_conv(RTE_FLOW_CONV_OP_RULE, text.data(), text.size(), &rule, error) < 0) return {};
  return text;
}

rte_flow* create_on(std::uint16_t member, const rte_flow& flow, rte_flow_error* error) {
  const auto& rule = *reinterpret_cast<const rte_flow_conv_rule*>(flow.text.data());
  return rte_flow_create(member, rule.attr, rule.pattern, rule.actions, error);
}

int take_from(const rte_flow::OnMember& on, rte_flow_error* error) {
  return rte_eth_dev_is_valid_port(on.port) != 0 ? rte_flow_destroy(on.port, on.rule, error) : 0;
}

}  // namespace

rte_flow* Flows::create(std::span<const std::uint16_t> members, const rte_flow_conv_rule& rule,
                        rte_flow_error* error) {
  rte_flow flow{};
  flow.text = copy_of(rule, error);
  if (flow.text.empty()) return nullptr;
  for (const std::uint16_t member : members) {
    rte_flow* const there = create_on(member, flow, error);
    if (there == nullptr) {
      rte_flow_error ignored{};
      for (const rte_flow::OnMember& done : flow.members) static_cast<void>(take_from(done, &ignored));
      return nullptr;
    }
    flow.members.push_back({member, there});
  }
  flows_.push_back(std::move(flow));
  return &flows_.back();
}

int Flows::destroy(rte_flow* flow, rte_flow_error* error) {
  const auto found = std::ranges::find_if(flows_, [&](const rte_flow& known) { return &known == flow; });
  if (found == flows_.end())
    return rte_flow_error_set(error, ENOENT, RTE_FLOW_ERROR_TYPE_HANDLE, flow, "no such rule of this port");
  int worst = 0;
  for (const rte_flow::OnMember& on : found->members)
    if (const int result = take_from(on, error); result != 0) worst = result;
  flows_.erase(found);
  return worst;
}

int Flows::flush(rte_flow_error* error) {
  int worst = 0;
  while (!flows_.empty())
    if (const int result = destroy(&flows_.front(), error); result != 0) worst = result;
  return worst;
}

int Flows::query(rte_flow* flow, const rte_flow_action* action, void* data, rte_flow_error* error) {
  if (flow->members.empty())
    return rte_flow_error_set(error, ENOENT, RTE_FLOW_ERROR_TYPE_HANDLE, flow, "the rule is on no member");
  return rte_flow_query(flow->members.front().port, flow->members.front().rule, action, data, error);
}

void Flows::give(std::uint16_t member) {
  for (rte_flow& flow : flows_) {
    rte_flow_error error{};
    if (rte_flow* const there = create_on(member, flow, &error); there != nullptr)
      flow.members.push_back({member, there});
    else
      dpdk::log_line(dpdk::LogLevel::warning,
                     "member " + name_of_port(member) + " does not take a flow rule: " +
                         (error.message == nullptr ? "no reason given" : error.message));
  }
}

void Flows::take_back(std::uint16_t member) {
  for (rte_flow& flow : flows_)
    std::erase_if(flow.members, [&](const rte_flow::OnMember& on) {
      if (on.port != member) return false;
      rte_flow_error error{};
      static_cast<void>(take_from(on, &error));
      return true;
    });
}

namespace {

int validate(rte_eth_dev* dev, const rte_flow_attr* attributes, const rte_flow_item* pattern,
             const rte_flow_action* actions, rte_flow_error* error) noexcept {
  for (const std::uint16_t member : lag_of(*dev).members().ports())
    if (const int result = rte_flow_validate(member, attributes, pattern, actions, error); result != 0)
      return result;
  return 0;
}

rte_flow* create(rte_eth_dev* dev, const rte_flow_attr* attributes, const rte_flow_item* pattern,
                 const rte_flow_action* actions, rte_flow_error* error) noexcept {
  LagPort& lag = lag_of(*dev);
  if (!lag.is_running()) {
    rte_flow_error_set(error, EAGAIN, RTE_FLOW_ERROR_TYPE_UNSPECIFIED, nullptr, "start the port first");
    return nullptr;
  }
  rte_flow_conv_rule rule{};
  rule.attr_ro = attributes;
  rule.pattern_ro = pattern;
  rule.actions_ro = actions;
  return lag.passed_on().flows.create(lag.members().ports(), rule, error);
}

int destroy(rte_eth_dev* dev, rte_flow* flow, rte_flow_error* error) noexcept {
  return lag_of(*dev).passed_on().flows.destroy(flow, error);
}

int flush(rte_eth_dev* dev, rte_flow_error* error) noexcept {
  return lag_of(*dev).passed_on().flows.flush(error);
}

int query(rte_eth_dev* dev, rte_flow* flow, const rte_flow_action* action, void* data,
          rte_flow_error* error) noexcept {
  return lag_of(*dev).passed_on().flows.query(flow, action, data, error);
}

int isolate(rte_eth_dev* dev, int on, rte_flow_error* error) noexcept {
  for (const std::uint16_t member : lag_of(*dev).members().ports())
    if (const int result = rte_flow_isolate(member, on, error); result != 0) return result;
  return 0;
}

}  // namespace

const rte_flow_ops& flow_operations() noexcept {
  static constinit const rte_flow_ops operations = [] {
    rte_flow_ops ops{};
    ops.validate = validate;
    ops.create = create;
    ops.destroy = destroy;
    ops.flush = flush;
    ops.query = query;
    ops.isolate = isolate;
    return ops;
  }();
  return operations;
}

}  // namespace lagoon::pmd
