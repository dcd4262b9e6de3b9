// Families of the tables of control/status/fields.hpp: a field that has a metric's name there is a family
// here.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "control/status/fields.hpp"
#include "lagoond/metrics/rows.hpp"

namespace lagoon::lagoond {

/// A value as a number in Prometheus' base units. Nothing: it is none, or does not apply.
[[nodiscard]] std::optional<double> in_base_units(control::Unit unit, std::string_view metric,
                                                  const control::Value& value);
/// A text, as a label has it; empty where it does not apply.
[[nodiscard]] std::string as_label(const control::Value& value);

template <typename Of>
class FieldFamilies {
 public:
  /// Appends all families of the table. `prefix`: "lagoon_lag_". `taken_s`: Unix time of the status.
  FieldFamilies(Families& out, std::string prefix, std::span<const control::Field<Of>> fields, double taken_s)
      : out_{out}, prefix_{std::move(prefix)}, fields_{fields}, taken_s_{taken_s} {
    for (const control::Field<Of>& field : fields_) {
      const std::string_view metric = field.also.metric;
      if (metric.empty() || !places_.emplace(metric, out_.size()).second) continue;
      add_family(out_, (prefix_ + std::string{metric}).c_str(),
                 std::string{field.also.metric_help.empty() ? field.help : field.also.metric_help}.c_str(),
                 metric.ends_with("_total") ? MetricType::Counter : MetricType::Gauge);
    }
  }

  /// The samples of one thing.
  void add(const Of& of, const Labels& labels) {
    struct Info {
      Labels labels;
      bool applies = false;
    };
    std::map<std::string_view, Info> infos;
    control::for_each_value(fields_, of, [&](const control::Field<Of>& field, const control::Value& value) {
      const control::Elsewhere& also = field.also;
      if (also.metric.empty()) return;
      if (also.metric.ends_with("info")) {
        Info& info = infos[also.metric];
        info.labels.push_back({std::string{also.label}, as_label(value)});
        info.applies = info.applies || value.applies();
      } else if (!also.words.empty()) {
        add_words(family(also.metric), labels, also, value);
      } else if (const auto number = in_base_units(field.unit, also.metric, value)) {
        Labels with = labels;
        if (!also.label.empty())
          with.push_back({std::string{also.label}, std::string{control::leaf_of(field.name)}});
        const bool is_age = also.metric.ends_with("_timestamp_seconds");
        add_sample(family(also.metric), std::move(with), is_age ? taken_s_ - *number : *number);
      }
    });
    for (auto& [metric, info] : infos) {
      if (!info.applies) continue;
      Labels all = labels;
      all.insert(all.end(), info.labels.begin(), info.labels.end());
      add_sample(family(metric), std::move(all), 1);
    }
  }

 private:
  prometheus::MetricFamily& family(std::string_view metric) { return out_[places_.at(metric)]; }

  // An enumeration as Prometheus has it: a sample for each word, 1 for those that hold.
  static void add_words(prometheus::MetricFamily& family, const Labels& labels,
                        const control::Elsewhere& also, const control::Value& value) {
    const auto* const one = std::get_if<std::string>(&value.held);
    const auto* const some = std::get_if<control::Words>(&value.held);
    if (one == nullptr && some == nullptr) return;
    for (const std::string_view word : also.words) {
      Labels with = labels;
      with.push_back({std::string{also.label}, std::string{word}});
      const bool holds = one != nullptr ? *one == word : std::ranges::find(*some, word) != some->end();
      add_sample(family, std::move(with), holds ? 1 : 0);
    }
  }

  Families& out_;
  std::string prefix_;
  std::span<const control::Field<Of>> fields_;
  double taken_s_;
  std::map<std::string_view, std::size_t> places_{};  // by metric: where its family is in out_
};

}  // namespace lagoon::lagoond
