// Answer: a JSON object that DPDK's telemetry is to give, before DPDK has it. DPDK (22.11) takes 256 entries
// in an object, 127 octets in a text, 16 KiB in a reply, and leaves out in silence what is beyond; so an
// answer is measured first, and a long one goes in pages.
//
// A text of more than 127 octets is continued in entries NAME_2, NAME_3, .. of the same object.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

struct rte_tel_data;

namespace lagoon::dpdk {

struct AnswerItem;

class Answer {
 public:
  static constexpr std::size_t kTextMax = 127;
  static constexpr std::size_t kItemsMax = 256;
  static constexpr std::size_t kWordsMax = 512;
  /// Of a reply, as JSON. The rest of DPDK's 16 KiB is for the name of the command.
  static constexpr std::size_t kOctetsMax = 16'384 - 128;

  void text(std::string_view name, std::string_view value);
  void number(std::string_view name, std::uint64_t value);
  void signed_number(std::string_view name, std::int64_t value);
  /// As 0 or 1: telemetry has no booleans.
  void flag(std::string_view name, bool value) { number(name, value ? 1 : 0); }
  void words(std::string_view name, std::vector<std::string> values);
  void object(std::string_view name, Answer value);

  [[nodiscard]] const std::vector<AnswerItem>& items() const noexcept { return items_; }
  [[nodiscard]] bool empty() const noexcept;
  /// As JSON, as DPDK writes it.
  [[nodiscard]] std::size_t octets() const noexcept;
  /// Within all of DPDK's limits.
  [[nodiscard]] bool fits() const noexcept;

 private:
  friend class AnswerCutter;
  [[nodiscard]] bool fits_inside() const noexcept;
  std::vector<AnswerItem> items_;
};

struct AnswerItem {
  std::string name;
  std::variant<std::uint64_t, std::int64_t, std::string, std::vector<std::string>, Answer> value;
  /// With the comma.
  [[nodiscard]] std::size_t octets() const noexcept;
};

/// The answer in parts of at most `octets` each. An object that fits in a part is in one; else what is in it
/// is parted, and each part has the object again. A client that joins the parts' objects has the whole.
[[nodiscard]] std::vector<Answer> cut(const Answer& whole, std::size_t octets);

/// Letters, digits, '_' and '/' are what DPDK takes in names; other characters become '_'.
[[nodiscard]] std::string telemetry_name(std::string_view text);

/// Gives it to DPDK. What does not fit becomes an error in words, so that nothing is left out in silence.
[[nodiscard]] int give(rte_tel_data* to, const Answer& answer);

}  // namespace lagoon::dpdk
