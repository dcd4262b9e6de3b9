// Commands to one LAG of an Engine, carried out on what runs; Parts::config follows. Whether a command may be
// is judged before (Parts::execute()); a change of the whole configuration was judged as a whole.
//
// Thread: any that has Parts::commands, and not the control lcore.
#pragma once

#include <functional>
#include <string>

#include "dpdk/engine/engine_parts.hpp"

namespace lagoon::dpdk {

class Engine::Parts::Commands {
 public:
  Commands(Parts& parts, std::size_t lag) : parts_{parts}, lag_{lag} {}

  // Each gives a sentence on what was done.
  [[nodiscard]] Result<std::string> operator()(const config::AddMember& command);
  [[nodiscard]] Result<std::string> operator()(const config::RemoveMember& command);
  /// `unserved`: see Engine::let_go().
  [[nodiscard]] Result<std::string> remove(const std::string& member, const std::function<void()>& unserved);
  [[nodiscard]] Result<std::string> operator()(const config::EnableMember& command);
  [[nodiscard]] Result<std::string> operator()(const config::DisableMember& command);
  [[nodiscard]] Result<std::string> operator()(const config::DrainMember& command);
  [[nodiscard]] Result<std::string> operator()(const config::ActivateMember& command);
  [[nodiscard]] Result<std::string> operator()(const config::WeighMember& command);
  [[nodiscard]] Result<std::string> operator()(const config::ExpectNeighbor& command);
  [[nodiscard]] Result<std::string> operator()(const config::MoveBuckets& command);
  [[nodiscard]] Result<std::string> operator()(const config::SetOption& command);

  /// Gives remarks, each after "; ". The members of `wanted` are those that run.
  [[nodiscard]] Result<std::string> change(config::Lag wanted);

 private:
  [[nodiscard]] config::Lag& known() const { return parts_.config.lags[lag_]; }
  [[nodiscard]] LagRuntime& runtime() const { return *parts_.lags[lag_]; }
  [[nodiscard]] bool forget_absent(MemberIndex member);
  /// The control lcore does `work` with the member.
  template <typename Work>
  [[nodiscard]] Result<void> with_member(const std::string& member, Work work);
  [[nodiscard]] Result<std::string> administrate(const std::string& member, control::Administration to);
  /// All ports or none (engine_port_options.cpp).
  [[nodiscard]] Result<std::string> change_ports(const control::PortOptions& wanted);
  /// Waits until every port has said what it makes of it.
  [[nodiscard]] Result<std::string> give_ports(const control::PortOptions& wanted);

  Parts& parts_;
  std::size_t lag_;
};

}  // namespace lagoon::dpdk
