#include "control/views/json_writer.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/check.hpp"
#include "control/views/words.hpp"

namespace lagoon::control::views {

namespace {

// Octets of the UTF-8 character (RFC 3629) that the text begins with; 0: it begins with none.
std::size_t character_size(std::string_view text) noexcept {
  const auto octet = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = octet(0);
  if (lead < 0x80) return 1;
  struct Form {
    unsigned from, to;                // of the first octet
    unsigned second_from, second_to;  // shuts out overlong forms, surrogates, and what is above U+10FFFF
    std::size_t size;
  };
  static constexpr std::array<Form, 8> forms{{{0xc2, 0xdf, 0x80, 0xbf, 2},
                                              {0xe0, 0xe0, 0xa0, 0xbf, 3},
                                              {0xe1, 0xec, 0x80, 0xbf, 3},
                                              {0xed, 0xed, 0x80, 0x9f, 3},
                                              {0xee, 0xef, 0x80, 0xbf, 3},
                                              {0xf0, 0xf0, 0x90, 0xbf, 4},
                                              {0xf1, 0xf3, 0x80, 0xbf, 4},
                                              {0xf4, 0xf4, 0x80, 0x8f, 4}}};
  for (const Form& form : forms) {
    if (lead < form.from || lead > form.to) continue;
    if (text.size() < form.size || octet(1) < form.second_from || octet(1) > form.second_to) return 0;
    for (std::size_t i = 2; i < form.size; ++i)
      if ((octet(i) & 0xc0U) != 0x80) return 0;
    return form.size;
  }
  return 0;
}

std::string quoted(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\"";
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    const auto first = static_cast<unsigned char>(text[0]);
    if (size == 0)
      out += "\xef\xbf\xbd";
    else if (first < 0x20 || first == 0x7f)
      out += std::string{"\\u00"} + digits[first >> 4] + digits[first & 0xf];
    else if (first == '"' || first == '\\')
      out += std::string{"\\"} + text[0];
    else
      out += text.substr(0, size);
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return out + "\"";
}

}  // namespace

void JsonWriter::begin(std::string_view key) {
  if (depth_ > 0) {
    text_ += first_ ? "\n" : ",\n";
    text_.append(2 * depth_, ' ');
  }
  first_ = false;
  if (!key.empty()) text_ += quoted(key) + ": ";
}

void JsonWriter::put(std::string_view key, std::string_view literal) {
  begin(key);
  text_ += literal;
}

void JsonWriter::open_object(std::string_view key) {
  LAGOON_CHECK(depth_ < kDepthMax);
  put(key, "{");
  ++depth_;
  first_ = true;
}

void JsonWriter::open_array(std::string_view key) {
  LAGOON_CHECK(depth_ < kDepthMax);
  put(key, "[");
  ++depth_;
  first_ = true;
}

void JsonWriter::close(char bracket) {
  LAGOON_CHECK(depth_ > 0);
  --depth_;
  if (!first_) {
    text_ += "\n";
    text_.append(2 * depth_, ' ');
  }
  text_ += bracket;
  first_ = false;
}

void JsonWriter::close_object() {
  close('}');
}

void JsonWriter::close_array() {
  close(']');
}

void JsonWriter::text(std::string_view key, std::string_view value) {
  put(key, quoted(value));
}

void JsonWriter::number(std::string_view key, std::uint64_t value) {
  put(key, std::to_string(value));
}

void JsonWriter::signed_number(std::string_view key, std::int64_t value) {
  put(key, std::to_string(value));
}

void JsonWriter::flag(std::string_view key, bool value) {
  put(key, value ? "true" : "false");
}

void JsonWriter::null(std::string_view key) {
  put(key, "null");
}

void JsonWriter::decimal(std::string_view key, double value) {
  if (!std::isfinite(value)) return null(key);
  put(key, fixed_point(value, 3));
}

void JsonWriter::milliseconds(std::string_view key, Duration value) {
  constexpr std::int64_t kNanoseconds = 1'000'000;
  const std::int64_t ns = value.count();
  std::string number = (ns < 0 ? "-" : "") + std::to_string(std::abs(ns / kNanoseconds));
  if (const std::int64_t rest = std::abs(ns % kNanoseconds); rest != 0) {
    std::string fraction = std::to_string(kNanoseconds + rest).substr(1);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    number += "." + fraction;
  }
  put(key, number);
}

std::string JsonWriter::take() {
  LAGOON_CHECK(depth_ == 0);
  return std::exchange(text_, {}) + "\n";
}

}  // namespace lagoon::control::views
