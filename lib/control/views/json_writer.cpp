#include "control/views/json_writer.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/check.hpp"

namespace lagoon::control::views {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kIndent = 2;

// A whole number has no ".0" behind it.
Json number_of(double value) {
  constexpr double kWholeMax = 9e15;  // up to there a double holds each whole number
  if (!std::isfinite(value)) return nullptr;
  if (std::trunc(value) == value && std::abs(value) < kWholeMax) return static_cast<std::int64_t>(value);
  return value;
}

}  // namespace

// The value that is made, and the way from it to the object or array that is open. An object or array gets
// nothing new while one inside it is open, so these places stay.
struct JsonWriter::Tree {
  Json root;
  std::vector<Json*> open;

  Json& put(std::string_view key, Json value) {
    if (open.empty()) return root = std::move(value);
    Json& into = *open.back();
    if (into.is_object()) return into[std::string{key}] = std::move(value);
    into.push_back(std::move(value));
    return into.back();
  }
  void close() {
    LAGOON_CHECK(!open.empty());
    open.pop_back();
  }
};

JsonWriter::JsonWriter() : tree_{std::make_unique<Tree>()} {}
JsonWriter::~JsonWriter() = default;
JsonWriter::JsonWriter(JsonWriter&&) noexcept = default;
JsonWriter& JsonWriter::operator=(JsonWriter&&) noexcept = default;

void JsonWriter::open_object(std::string_view key) {
  tree_->open.push_back(&tree_->put(key, Json::object()));
}

void JsonWriter::open_array(std::string_view key) {
  tree_->open.push_back(&tree_->put(key, Json::array()));
}

void JsonWriter::close_object() {
  tree_->close();
}

void JsonWriter::close_array() {
  tree_->close();
}

void JsonWriter::text(std::string_view key, std::string_view value) {
  tree_->put(key, std::string{value});
}

void JsonWriter::number(std::string_view key, std::uint64_t value) {
  tree_->put(key, value);
}

void JsonWriter::signed_number(std::string_view key, std::int64_t value) {
  tree_->put(key, value);
}

void JsonWriter::flag(std::string_view key, bool value) {
  tree_->put(key, value);
}

void JsonWriter::null(std::string_view key) {
  tree_->put(key, nullptr);
}

void JsonWriter::decimal(std::string_view key, double value) {
  constexpr double kThousandths = 1000;
  tree_->put(key, number_of(std::round(value * kThousandths) / kThousandths));
}

void JsonWriter::milliseconds(std::string_view key, Duration value) {
  constexpr std::int64_t kNanoseconds = 1'000'000;
  const std::int64_t ns = value.count();
  tree_->put(key, ns % kNanoseconds == 0 ? Json(ns / kNanoseconds)
                                         : Json(static_cast<double>(ns) / static_cast<double>(kNanoseconds)));
}

std::string JsonWriter::take() {
  LAGOON_CHECK(tree_->open.empty());
  const Json made = std::exchange(tree_->root, nullptr);
  return made.dump(kIndent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace lagoon::control::views
