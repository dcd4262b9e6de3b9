// From the tree of a document to the model: which key fills which field. Each map of the file has a function.
#pragma once

#include "config/read/map_reader.hpp"

namespace lagoon::config {

/// Fills `out` from the root of a document. Rules about several values are left to validate().
void read_model(const YamlNode& root, Reading& out);

/// A word alone is a device: { dev: WORD }.
[[nodiscard]] YamlNode as_device(const YamlNode& word);

/// One item of `lags`.
void read_lag(Reading& out, Place place, Lag& lag);
/// All keys of a LAG but its name and members, into what `lag` says already: a running LAG's is changed so.
void read_lag_options(Reading& out, MapReader& map, Lag& lag);
/// One item of `members`.
void read_member(Reading& out, Place place, Member& member);
/// The section `cluster`.
void read_cluster(Reading& out, Place place, Cluster& cluster);
/// Exactly one of dev, tap, wire.
void read_source(MapReader& map, PortSource& source);

inline constexpr std::size_t kPortsMax = 128;
inline constexpr std::size_t kLagsMax = 64;

}  // namespace lagoon::config
