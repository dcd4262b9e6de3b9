#include "qos/mistakes.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "qos/dscp.hpp"

namespace lagoon::qos {
namespace {

std::string at(std::string_view list, std::size_t index, std::string_view key = {}) {
  std::string path = std::string{list} + "[" + std::to_string(index) + "]";
  return key.empty() ? path : path + "." + std::string{key};
}

bool is_class(const TrafficOptions& options, std::string_view name) {
  return std::ranges::find(options.classes, name, &ClassOptions::name) != options.classes.end();
}

std::string class_names(const TrafficOptions& options) {
  std::string names;
  for (const ClassOptions& one : options.classes) names += (names.empty() ? "" : ", ") + one.name;
  return names;
}

// Two classes that claim one PCP or DSCP.
class Claims {
 public:
  Claims(std::string_view key, std::vector<Mistake>& out) : key_{key}, out_{out} {}
  void claim(const TrafficOptions& options, std::size_t index, std::uint8_t value) {
    if (by_[value] == 0) {
      by_[value] = static_cast<std::uint8_t>(index + 1);
      return;
    }
    const std::string& first = options.classes[by_[value] - 1U].name;
    out_.push_back({at("classes", index, key_), std::string{key_} + " " + std::to_string(value) +
                                                    " is of class '" + first +
                                                    "' already; it can be of one class only"});
  }

 private:
  std::string_view key_;
  std::vector<Mistake>& out_;
  std::array<std::uint8_t, kCodePoints> by_{};
};

void rate_mistakes(const RateLimit& rate, std::size_t index, std::vector<Mistake>& out) {
  if (rate.pir && *rate.pir < rate.cir)
    out.push_back({at("classes", index, "rate.pir"), "pir is below cir; expected at least that"});
  if (rate.pir && rate.ebs != 0)
    out.push_back(
        {at("classes", index, "rate.ebs"),
         "ebs is of a limit with one rate (RFC 2697) and pir of one with two (RFC 2698); keep one"});
  if (!rate.pir && rate.pbs)
    out.push_back({at("classes", index, "rate.pbs"), "pbs has no effect without pir; give both or none"});
}

void class_mistakes(const TrafficOptions& options, std::vector<Mistake>& out) {
  if (options.classes.size() > kClassesMax)
    out.push_back({"classes", "classes has " + std::to_string(options.classes.size()) + " items; at most " +
                                  std::to_string(kClassesMax) + " are possible"});
  Claims pcp{"pcp", out};
  Claims dscp{"dscp", out};
  for (std::size_t i = 0; i < options.classes.size(); ++i) {
    const ClassOptions& one = options.classes[i];
    const auto first = std::ranges::find(options.classes, one.name, &ClassOptions::name);
    if (static_cast<std::size_t>(first - options.classes.begin()) != i)
      out.push_back(
          {at("classes", i, "name"), "class '" + one.name + "' is there twice; expected another name"});
    for (const std::uint8_t value : one.pcp)
      if (value < kPriorities) pcp.claim(options, i, value);
    for (const std::uint8_t value : one.dscp)
      if (value < kCodePoints) dscp.claim(options, i, value);
    if (one.rate) rate_mistakes(*one.rate, i, out);
  }
}

bool has_ports(std::uint8_t protocol) noexcept {
  return protocol == 6 || protocol == 17 || protocol == 33 || protocol == 132 || protocol == 136;
}

void match_mistakes(const TrafficOptions& options, std::size_t i, std::vector<Mistake>& out) {
  const MatchOptions& match = options.match[i];
  const bool ports = match.source_port || match.destination_port;
  if (!is_class(options, match.class_name))
    out.push_back({at("match", i, "class"),
                   "class is '" + match.class_name +
                       "', but there is no such class; expected one of: " + class_names(options)});
  if (!ports && !match.ether_type && !match.vlan && !match.protocol && !match.source && !match.destination)
    out.push_back({at("match", i), "this matches every frame; say what default does with it"});
  if (match.source && match.destination &&
      match.source->address.index() != match.destination->address.index())
    out.push_back({at("match", i, "dst"), "src and dst are of IPv4 and IPv6; no packet has both"});
  if (ports && match.protocol && !has_ports(*match.protocol))
    out.push_back({at("match", i), "protocol " + std::to_string(*match.protocol) +
                                       " has no ports; expected tcp, udp, sctp, dccp or udp-lite"});
}

}  // namespace

std::vector<Mistake> mistakes_in(const TrafficOptions& options) {
  std::vector<Mistake> out;
  if (!options.enabled()) {
    if (options.shape || !options.match.empty() || !options.default_class.empty() || options.burst)
      out.push_back({"classes", "traffic has no classes; give at least one: classes: [{ name: bulk }]"});
    return out;
  }
  class_mistakes(options, out);
  if (options.match.size() > kMatchesMax)
    out.push_back({"match", "match has " + std::to_string(options.match.size()) + " items; at most " +
                                std::to_string(kMatchesMax) + " are possible"});
  if (!options.default_class.empty() && !is_class(options, options.default_class))
    out.push_back({"default", "default is '" + options.default_class +
                                  "', but there is no such class; expected one of: " + class_names(options)});
  if (options.burst && !options.shape) out.push_back({"burst", "burst has no effect without shape: true"});
  for (std::size_t i = 0; i < options.match.size(); ++i) match_mistakes(options, i, out);
  return out;
}

}  // namespace lagoon::qos
