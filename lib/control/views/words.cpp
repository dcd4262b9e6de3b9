#include "control/views/words.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace lagoon::control::views {

namespace {

std::string hexadecimal(std::uint64_t value, std::size_t digits, std::string_view alphabet) {
  std::string text;
  for (; value != 0 || text.size() < std::max<std::size_t>(digits, 1); value >>= 4)
    text.insert(text.begin(), alphabet[value & 0xf]);
  return text;
}

}  // namespace

std::string hex_upper(std::uint64_t value, std::size_t digits) {
  return hexadecimal(value, digits, "0123456789ABCDEF");
}

std::string hex_lower(std::uint64_t value) {
  return hexadecimal(value, 1, "0123456789abcdef");
}

std::string state_letters(std::uint8_t octet) {
  constexpr std::string_view letters = "ATGSCDFE";
  std::string text;
  for (std::size_t bit = 0; bit < letters.size(); ++bit) text += (octet >> bit & 1) != 0 ? letters[bit] : '-';
  return text;
}

std::string fixed_point(double value, int decimals) {
  // (a double of 309 digits at the most)
  std::array<char, 352> octets{};
  const auto [end, error] =
      std::to_chars(octets.data(), octets.data() + octets.size(), value, std::chars_format::fixed, decimals);
  std::string text{octets.data(), error == std::errc{} ? end : octets.data()};
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string padded(std::string_view text, std::size_t width) {
  std::string cell{text};
  cell.append(width > cell.size() ? width - cell.size() : 1, ' ');
  return cell;
}

}  // namespace lagoon::control::views
