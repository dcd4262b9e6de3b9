#include "config/file/yaml_reader.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "config/file/text_file.hpp"
#include "config/read/read_model.hpp"
#include "config/rules/validate.hpp"

namespace lagoon::config {
namespace {

constexpr std::size_t kDepthMax = 32;
// With every alias counted as what it stands for.
constexpr std::size_t kNodesMax = 50'000;
constexpr std::size_t kTreeOctetsMax = 4 * kTextMax;

Position position_of(const YAML::Mark& mark) {
  const auto from_one = [](int zero_based) { return static_cast<std::size_t>(std::max(zero_based, 0)) + 1; };
  return {from_one(mark.line), from_one(mark.column)};
}

struct Size {
  std::size_t nodes = 0;
  std::size_t octets = 0;  // of their texts
};

void add_size(const YamlNode& node, Size& size) {
  ++size.nodes;
  size.octets += node.text.size();
  for (const YamlNode& key : node.keys) add_size(key, size);
  for (const YamlNode& item : node.items) add_size(item, size);
}

Size size_of(const YamlNode& node) {
  Size size;
  add_size(node, size);
  return size;
}

// What an anchor names, and how large that is: an alias is counted without looking at it again.
struct Named {
  YamlNode node;
  Size size;
};

// Builds the tree from yaml-cpp's events. Refuses by yaml-cpp's own exception, which parse_yaml catches.
class TreeBuilder final : public YAML::EventHandler {
 public:
  [[nodiscard]] YamlNode take_root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ != 0) refuse(mark, "a second document begins; expected one document in a file");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    put({.kind = YamlNode::Kind::empty, .at = place_of_null(mark)}, mark, anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) refuse(mark, "an alias stands within what it names");
    const Named& named = found->second;
    count(mark, named.size);
    add(YamlNode{named.node});
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (tag != "?" && tag != "!") refuse_tag(mark, tag);
    put({.kind = YamlNode::Kind::scalar, .at = position_of(mark), .text = value, .in_quotes = tag == "!"},
        mark, anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::list, mark, tag, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::map, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    YamlNode node;
    YAML::anchor_t anchor;
    YAML::Mark mark;
  };

  [[noreturn]] static void refuse(const YAML::Mark& mark, const std::string& message) {
    throw YAML::ParserException(mark, message);
  }
  [[noreturn]] static void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    refuse(mark, "a tag (" + tag.substr(0, 40) + ") has no meaning here; leave it out");
  }
  void count(const YAML::Mark& mark, const Size& added) {
    size_.nodes += added.nodes;
    size_.octets += added.octets;
    if (size_.nodes > kNodesMax || size_.octets > kTreeOctetsMax) refuse(mark, "the file is too large");
  }
  // yaml-cpp gives an empty value the place of what follows it; its key is nearer.
  [[nodiscard]] Position place_of_null(const YAML::Mark& mark) const {
    const bool is_value = !open_.empty() && open_.back().node.keys.size() > open_.back().node.items.size();
    return is_value ? open_.back().node.keys.back().at : position_of(mark);
  }
  void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (tag != "?" && !tag.empty()) refuse_tag(mark, tag);
    if (open_.size() == kDepthMax) refuse(mark, "lists and maps are nested too deep");
    open_.push_back({{.kind = kind, .at = position_of(mark)}, anchor, mark});
  }
  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    put(std::move(done.node), done.mark, done.anchor);
  }
  void put(YamlNode node, const YAML::Mark& mark, YAML::anchor_t anchor) {
    count(mark, {.nodes = 1, .octets = node.text.size()});
    if (anchor != YAML::NullAnchor) {
      const Size size = size_of(node);
      count(mark, size);
      anchors_.insert_or_assign(anchor, Named{node, size});
    }
    add(std::move(node));
  }
  void add(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    YamlNode& parent = open_.back().node;
    const bool is_key = parent.kind == YamlNode::Kind::map && parent.keys.size() == parent.items.size();
    (is_key ? parent.keys : parent.items).push_back(std::move(node));
  }

  YamlNode root_{};
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Named> anchors_;
  Size size_{};
  std::size_t documents_ = 0;
};

[[nodiscard]] std::unexpected<Diagnostic> refused(std::optional<Position> at, std::string message) {
  return std::unexpected{Diagnostic{at, std::move(message)}};
}

[[nodiscard]] std::unexpected<Diagnostics> unreadable(std::string message) {
  Diagnostics diagnostics;
  diagnostics.add(std::nullopt, std::move(message));
  return std::unexpected{std::move(diagnostics)};
}

}  // namespace

std::expected<YamlNode, Diagnostic> parse_yaml(std::string_view text) {
  if (text.size() > kTextMax)
    return refused(std::nullopt,
                   "the file is too large; at most " + std::to_string(kTextMax / 1024) + " KiB are read");
  try {
    std::istringstream stream{std::string{text}};
    YAML::Parser parser{stream};
    TreeBuilder builder;
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.take_root();
  } catch (const YAML::Exception& wrong) {
    return refused(position_of(wrong.mark), "not valid YAML here: " + wrong.msg);
  } catch (const std::exception& wrong) {
    return refused(Position{}, std::string{"the YAML can't be read: "} + wrong.what());
  }
}

Reading read_config(std::string_view text) {
  Reading reading;
  const auto root = parse_yaml(text);
  if (!root)
    reading.diagnostics.add(root.error().at, root.error().message);
  else if (root->kind == YamlNode::Kind::empty)
    reading.diagnostics.add(Position{},
                            "the file is empty; expected at least lags or ports (config/minimal.yaml)");
  else
    read_model(*root, reading);
  return reading;
}

std::expected<Reading, Diagnostics> parse_config_with_places(std::string_view text) {
  Reading reading = read_config(text);
  validate(reading.config, reading.source, reading.diagnostics);
  if (reading.diagnostics.has_errors()) return std::unexpected{std::move(reading.diagnostics)};
  reading.config.warnings = std::exchange(reading.diagnostics, {});
  return reading;
}

std::expected<Config, Diagnostics> parse_config(std::string_view text) {
  auto reading = parse_config_with_places(text);
  if (!reading) return std::unexpected{std::move(reading.error())};
  return std::move(reading->config);
}

std::expected<Reading, Diagnostics> read_config_file_with_places(const char* path) {
  const auto text = read_text_file(path, kTextMax);
  if (!text) return unreadable(text.error());
  return parse_config_with_places(*text);
}

std::expected<Config, Diagnostics> read_config_file(const char* path) {
  auto reading = read_config_file_with_places(path);
  if (!reading) return std::unexpected{std::move(reading.error())};
  return std::move(reading->config);
}

}  // namespace lagoon::config
