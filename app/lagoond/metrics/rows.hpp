// Rows: a table of metric families, and how each value is taken from a thing that a Snapshot has.
#pragma once

#include <prometheus/metric_family.h>

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "lagoond/metrics/families.hpp"

namespace lagoon::lagoond {

using Label = prometheus::ClientMetric::Label;
using Labels = std::vector<Label>;
using prometheus::MetricType;

/// One family with one value for each T.
template <typename T>
struct Row {
  const char* name;
  const char* help;
  MetricType type;
  double (*value)(const T&);
};

inline prometheus::MetricFamily& add_family(Families& out, const char* name, const char* help,
                                            MetricType type) {
  out.push_back({.name = name, .help = help, .type = type, .metric = {}});
  return out.back();
}

inline void add_sample(prometheus::MetricFamily& family, Labels labels, double value) {
  prometheus::ClientMetric sample;
  sample.label = std::move(labels);
  (family.type == MetricType::Counter ? sample.counter.value : sample.gauge.value) = value;
  family.metric.push_back(std::move(sample));
}

/// Each row of the table for each of `things`, with the labels that `labels_of` gives.
template <typename T, typename LabelsOf>
void add_rows(Families& out, std::span<const Row<T>> rows, const std::vector<T>& things, LabelsOf labels_of) {
  for (const Row<T>& row : rows) {
    prometheus::MetricFamily& family = add_family(out, row.name, row.help, row.type);
    for (const T& thing : things) add_sample(family, labels_of(thing), row.value(thing));
  }
}

[[nodiscard]] inline double seconds(Duration d) noexcept {
  return std::chrono::duration<double>(d).count();
}

constexpr double kBitsInByte = 8;

}  // namespace lagoon::lagoond
