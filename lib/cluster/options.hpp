// What an operator has decided about the domain and its LAGs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/mac_address.hpp"
#include "base/time.hpp"
#include "cluster/types.hpp"

namespace lagoon::cluster {

struct LagOptions {
  std::string name{};
  LagIdentity identity{};
  std::string prefer{};  // a node's name; empty: none
  Revert revert = Revert::never;
  WhenIsolated isolated = WhenIsolated::ask_partner;
  friend bool operator==(const LagOptions&, const LagOptions&) = default;
};

struct Options {
  std::string domain{};
  std::string node{};
  std::string other{};  // the other node's name
  std::uint8_t number = 0;
  std::uint8_t other_number = 0;
  MacAddress own{};  // of this box alone, locally administered; the last octet is counted up from it
  std::uint8_t endpoints = 1;
  Duration lease = 2s;  // whole seconds
  Duration peer_interval = 100ms;
  bool peer = true;  // there is a channel to the other box
  Duration revert_after = 30s;
  std::vector<LagOptions> lags{};  // at most kLagsMax, of different names
};

}  // namespace lagoon::cluster
