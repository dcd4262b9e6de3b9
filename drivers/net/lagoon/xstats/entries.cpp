#include "entries.hpp"

#include <span>
#include <string_view>
#include <variant>

#include "control/status/fields.hpp"

namespace lagoon::pmd {

namespace {

constexpr std::size_t kNameMax = 63;        // RTE_ETH_XSTATS_NAME_SIZE - 1
constexpr std::size_t kMemberNameMax = 30;  // what is left for a member's

std::string clean(std::string_view text) {
  std::string name{text};
  for (char& c : name)
    if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '.' && c != ':')
      c = '_';
  return name;
}

std::uint64_t number_of(const control::Value& value) {
  if (const auto* flag = std::get_if<bool>(&value.held)) return *flag ? 1 : 0;
  if (const auto* number = std::get_if<std::uint64_t>(&value.held)) return *number;
  return 0;  // (it does not apply now; the entry stays, so that a port's entries keep their places)
}

Entry entry(const std::string& prefix, std::string_view name, std::uint64_t value, bool counts) {
  return {.name = (prefix + clean(name)).substr(0, kNameMax), .value = value, .counts = counts};
}

template <typename Of>
void add_fields(std::span<const control::Field<Of>> fields, const Of& of, const std::string& prefix,
                std::vector<Entry>& all) {
  control::for_each_value(fields, of, [&](const control::Field<Of>& field, const control::Value& value) {
    if (!field.also.xstat.empty())
      all.push_back(entry(prefix, field.also.xstat, number_of(value), field.kind == control::Kind::counter));
  });
}

}  // namespace

std::vector<Entry> entries_of(const control::LagStatus& lag) {
  std::vector<Entry> all;
  add_fields(control::lag_fields(), lag, "lag_", all);
  for (const control::NamedCount& drop : lag.drops)
    all.push_back(entry("drop_", drop.name, drop.count, true));
  for (const control::MemberStatus& member : lag.members)
    add_fields(control::member_fields(), control::MemberOf{lag, member},
               "member_" + clean(member.name).substr(0, kMemberNameMax) + "_", all);
  return all;
}

}  // namespace lagoon::pmd
