#include "wire/capture/pcapng.hpp"

#include <array>
#include <cstring>

namespace lagoon::wire {

namespace {

enum class BlockType : std::uint32_t { section = 0x0a0d0d0a, interface = 1, enhanced_packet = 6 };
enum class Option : std::uint16_t { end = 0, name = 2, flags = 2, application = 4, resolution = 9 };
constexpr std::uint32_t kByteOrder = 0x1a2b3c4d;
constexpr std::uint16_t kEthernet = 1;  // LINKTYPE_ETHERNET
constexpr std::uint8_t kNanoseconds = 9;
constexpr std::size_t kAlignment = 4;

template <typename T>
void add(std::string& out, T value) {
  std::array<char, sizeof(T)> octets{};
  std::memcpy(octets.data(), &value, sizeof(T));
  out.append(octets.data(), octets.size());
}

void pad(std::string& out, std::size_t length) {
  out.append((kAlignment - length % kAlignment) % kAlignment, '\0');
}

void add_option(std::string& out, Option option, std::string_view value) {
  add(out, static_cast<std::uint16_t>(option));
  add(out, static_cast<std::uint16_t>(value.size()));
  out += value;
  pad(out, value.size());
}

// The length of a block stands at both of its ends, and is known when its body is there.
template <typename Body>
void add_block(std::string& out, BlockType type, Body body) {
  const std::size_t start = out.size();
  add(out, static_cast<std::uint32_t>(type));
  add(out, std::uint32_t{0});
  body();
  const auto length = static_cast<std::uint32_t>(out.size() - start + sizeof(std::uint32_t));
  add(out, length);
  std::memcpy(out.data() + start + sizeof(std::uint32_t), &length, sizeof(length));
}

}  // namespace

void add_section(std::string& out, std::string_view program) {
  add_block(out, BlockType::section, [&] {
    add(out, kByteOrder);
    add(out, std::uint16_t{1});  // version 1.0
    add(out, std::uint16_t{0});
    add(out, std::int64_t{-1});  // its length is not known
    add_option(out, Option::application, program);
    add_option(out, Option::end, {});
  });
}

void add_interface(std::string& out, std::string_view name) {
  add_block(out, BlockType::interface, [&] {
    add(out, kEthernet);
    add(out, std::uint16_t{0});
    add(out, std::uint32_t{0});  // frames are whole
    add_option(out, Option::name, name);
    add_option(out, Option::resolution, std::string(1, static_cast<char>(kNanoseconds)));
    add_option(out, Option::end, {});
  });
}

void add_frame(std::string& out, const CapturedFrame& frame) {
  add_block(out, BlockType::enhanced_packet, [&] {
    add(out, frame.interface);
    add(out, static_cast<std::uint32_t>(frame.at_ns >> 32));
    add(out, static_cast<std::uint32_t>(frame.at_ns));
    add(out, static_cast<std::uint32_t>(frame.octets.size()));
    add(out, frame.length);
    out.append(reinterpret_cast<const char*>(frame.octets.data()), frame.octets.size());
    pad(out, frame.octets.size());
    std::string flags;
    add(flags, std::uint32_t{static_cast<std::uint8_t>(frame.direction)});
    add_option(out, Option::flags, flags);
    add_option(out, Option::end, {});
  });
}

}  // namespace lagoon::wire
