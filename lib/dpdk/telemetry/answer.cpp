#include "dpdk/telemetry/answer.hpp"

#include <rte_telemetry.h>
#include <rte_version.h>

#include <algorithm>
#include <cctype>
#include <limits>
#include <utility>

namespace lagoon::dpdk {

static_assert(Answer::kTextMax + 1 == RTE_TEL_MAX_STRING_LEN);
static_assert(Answer::kItemsMax <= RTE_TEL_MAX_DICT_ENTRIES);
static_assert(Answer::kWordsMax <= RTE_TEL_MAX_ARRAY_ENTRIES);

namespace {

std::size_t quoted_size(std::string_view text) noexcept {
  std::size_t size = 2;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    size += c == '"' || c == '\\' || c == '\n' || c == '\t' ? 2 : octet < 0x20 ? 6 : 1;
  }
  return size;
}

std::size_t size_of(std::uint64_t value) {
  return std::to_string(value).size();
}
std::size_t size_of(std::int64_t value) {
  return std::to_string(value).size();
}
std::size_t size_of(const std::string& value) {
  return quoted_size(value);
}
std::size_t size_of(const std::vector<std::string>& values) {
  std::size_t size = 2;
  for (const std::string& value : values) size += quoted_size(value) + 1;
  return size;
}
std::size_t size_of(const Answer& value) {
  return value.octets();
}

// The first octets of a text that make a part of it: whole characters, whole words where it can be.
std::size_t part_size(std::string_view text) {
  if (text.size() <= Answer::kTextMax) return text.size();
  std::size_t size = Answer::kTextMax;
  while (size > 1 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80) --size;
  const std::size_t space = text.substr(0, size).rfind(' ');
  return space == std::string_view::npos || space == 0 ? size : space + 1;
}

bool put_number(rte_tel_data* to, const char* name, std::uint64_t value) {
#if RTE_VERSION >= RTE_VERSION_NUM(23, 3, 0, 0)
  return rte_tel_data_add_dict_uint(to, name, value) == 0;
#else
  return rte_tel_data_add_dict_u64(to, name, value) == 0;
#endif
}

bool fill(rte_tel_data* to, const Answer& from);

bool put(rte_tel_data* to, const char* name, std::uint64_t value) {
  return put_number(to, name, value);
}
bool put(rte_tel_data* to, const char* name, std::int64_t value) {
  if (value >= 0) return put_number(to, name, static_cast<std::uint64_t>(value));
  const auto least = static_cast<std::int64_t>(std::numeric_limits<int>::min());
  return rte_tel_data_add_dict_int(to, name, static_cast<int>(std::max(value, least))) == 0;
}
bool put(rte_tel_data* to, const char* name, const std::string& value) {
  return rte_tel_data_add_dict_string(to, name, value.c_str()) == 0;
}
// `inner` is DPDK's when it was taken.
bool put_inside(rte_tel_data* to, const char* name, rte_tel_data* inner) {
  if (rte_tel_data_add_dict_container(to, name, inner, 0) == 0) return true;
  rte_tel_data_free(inner);
  return false;
}
bool put(rte_tel_data* to, const char* name, const std::vector<std::string>& values) {
  rte_tel_data* const inner = rte_tel_data_alloc();
  if (inner == nullptr) return false;
  bool good = rte_tel_data_start_array(inner, RTE_TEL_STRING_VAL) == 0;
  for (const std::string& value : values)
    good = rte_tel_data_add_array_string(inner, value.c_str()) == 0 && good;
  return put_inside(to, name, inner) && good;
}
bool put(rte_tel_data* to, const char* name, const Answer& value) {
  rte_tel_data* const inner = rte_tel_data_alloc();
  if (inner == nullptr) return false;
  const bool good = fill(inner, value);
  return put_inside(to, name, inner) && good;
}

bool fill(rte_tel_data* to, const Answer& from) {
  bool good = rte_tel_data_start_dict(to) == 0;
  for (const AnswerItem& item : from.items())
    good =
        std::visit([&](const auto& value) { return put(to, item.name.c_str(), value); }, item.value) && good;
  return good;
}

}  // namespace

std::string telemetry_name(std::string_view text) {
  std::string name{text.substr(0, Answer::kTextMax)};
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0 && c != '/'; }, '_');
  return name;
}

void Answer::text(std::string_view name, std::string_view value) {
  const std::string base = telemetry_name(name);
  std::string place = base;
  for (std::size_t part = 2;; ++part) {
    const std::size_t size = part_size(value);
    items_.push_back({place, std::string{value.substr(0, size)}});
    value.remove_prefix(size);
    if (value.empty()) return;
    place = base + "_" + std::to_string(part);
  }
}

void Answer::number(std::string_view name, std::uint64_t value) {
  items_.push_back({telemetry_name(name), value});
}
void Answer::signed_number(std::string_view name, std::int64_t value) {
  items_.push_back({telemetry_name(name), value});
}
void Answer::words(std::string_view name, std::vector<std::string> values) {
  items_.push_back({telemetry_name(name), std::move(values)});
}
void Answer::object(std::string_view name, Answer value) {
  items_.push_back({telemetry_name(name), std::move(value)});
}

bool Answer::empty() const noexcept {
  return items_.empty();
}

std::size_t Answer::octets() const noexcept {
  std::size_t size = 2;
  for (const AnswerItem& item : items_) size += item.octets();
  return size;
}

std::size_t AnswerItem::octets() const noexcept {
  return quoted_size(name) + 2 + std::visit([](const auto& held) { return size_of(held); }, value);
}

bool Answer::fits_inside() const noexcept {
  if (items_.size() > kItemsMax) return false;
  return std::ranges::all_of(items_, [](const AnswerItem& item) {
    if (item.name.empty() || item.name.size() > kTextMax) return false;
    if (const auto* text = std::get_if<std::string>(&item.value)) return text->size() <= kTextMax;
    if (const auto* inner = std::get_if<Answer>(&item.value)) return inner->fits_inside();
    const auto* words = std::get_if<std::vector<std::string>>(&item.value);
    return words == nullptr || words->size() <= kWordsMax;
  });
}

bool Answer::fits() const noexcept {
  return fits_inside() && octets() <= kOctetsMax;
}

/// Fills part after part, and opens again in each the objects that the last one ended in.
class AnswerCutter {
 public:
  explicit AnswerCutter(std::size_t octets) : octets_max_{octets} { next_part(); }

  void put_all(const Answer& object) {
    for (const AnswerItem& item : object.items_) put(item);
  }
  [[nodiscard]] std::vector<Answer> take() { return std::move(parts_); }

 private:
  // Entries of one object in one part; DPDK takes no more than Answer::kItemsMax, with those that tell of
  // pages.
  static constexpr std::size_t kItemsInPart = Answer::kItemsMax - 6;

  void put(const AnswerItem& item) {
    const auto* const inner = std::get_if<Answer>(&item.value);
    const bool is_long =
        inner != nullptr && (item.octets() + opened_ > octets_max_ || inner->items_.size() > kItemsInPart);
    if (is_long) {
      const std::size_t first = inner->items_.front().octets();
      if (used_ + item.name.size() + kBrackets + std::min(first, octets_max_ / 2) > octets_max_) next_part();
      open_.push_back(item.name);
      here().push_back({item.name, Answer{}});
      used_ += item.name.size() + kBrackets;
      put_all(*inner);
      open_.pop_back();
    } else {
      if (used_ + item.octets() > octets_max_ || here().size() >= kItemsInPart) next_part();
      here().push_back(item);
      used_ += item.octets();
    }
  }

  void next_part() {
    parts_.emplace_back();
    used_ = kBrackets;
    std::vector<AnswerItem>* into = &parts_.back().items_;
    for (const std::string& name : open_) {
      into->push_back({name, Answer{}});
      into = &std::get<Answer>(into->back().value).items_;
      used_ += name.size() + kBrackets;
    }
    opened_ = used_;
  }

  // The object that is open, in the last part.
  std::vector<AnswerItem>& here() {
    std::vector<AnswerItem>* into = &parts_.back().items_;
    for (std::size_t i = 0; i < open_.size(); ++i) {
      if (into->empty() || into->back().name != open_[i]) break;  // (it is being opened)
      into = &std::get<Answer>(into->back().value).items_;
    }
    return *into;
  }

  static constexpr std::size_t kBrackets = 6;  // quotes, colon, comma and braces of an object
  std::size_t octets_max_;
  std::vector<Answer> parts_;
  std::vector<std::string> open_;  // names of the objects on the way to the one that is open
  std::size_t used_ = 0;           // of the last part
  std::size_t opened_ = 0;         // of that, for the objects that it opens again
};

std::vector<Answer> cut(const Answer& whole, std::size_t octets) {
  AnswerCutter cutter{octets};
  cutter.put_all(whole);
  return cutter.take();
}

int give(rte_tel_data* to, const Answer& answer) {
  if (answer.fits() && fill(to, answer)) return 0;
  Answer refusal;
  refusal.text("error", "the answer has no room in DPDK's telemetry, or there is no memory for it");
  return fill(to, refusal) ? 0 : -1;
}

}  // namespace lagoon::dpdk
