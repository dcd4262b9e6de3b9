// The section `cluster`: the other box that has some of the LAGs, and etcd (docs/cluster.md).
#include <algorithm>

#include "config/read/read_model.hpp"

namespace lagoon::config {
namespace {

constexpr std::size_t kEndpointsMost = 9;
constexpr std::size_t kUrlMost = 255;
constexpr std::uint64_t kPortMost = 65535;

/// "http://10.0.0.11:2379".
struct Url {
  [[nodiscard]] Parsed<std::string> operator()(const YamlNode& node) const {
    if (node.kind != YamlNode::Kind::scalar || node.text.size() > kUrlMost) return no();
    const bool known = node.text.starts_with("http://") || node.text.starts_with("https://");
    const auto printable = [](char c) { return c > ' ' && c < 0x7f; };
    if (!known || !std::ranges::all_of(node.text, printable)) return no();
    return node.text;
  }
  [[nodiscard]] std::string expected() const { return "an address of etcd's, like http://10.0.0.11:2379"; }
};

struct Address {
  [[nodiscard]] Parsed<IpAddress> operator()(const YamlNode& node) const {
    if (node.kind != YamlNode::Kind::scalar) return no();
    const auto address = parse_ip_address(node.text);
    if (!address) return no();
    return *address;
  }
  [[nodiscard]] std::string expected() const { return "an IPv4 or IPv6 address"; }
};

struct FilePath {
  [[nodiscard]] Parsed<std::string> operator()(const YamlNode& node) const {
    if (node.kind != YamlNode::Kind::scalar || !node.text.starts_with('/')) return no();
    return node.text;
  }
  [[nodiscard]] std::string expected() const { return "the absolute path of a file"; }
};

// { a: 1, b: 2 }: names are free, so no section has them.
void read_nodes(MapReader& map, const Place& place, std::vector<ClusterNode>& nodes) {
  const auto wrong = [&](Position at, std::string message) {
    map.report(at, std::move(message));
    map.mark_broken(place.path);
  };
  if (place.node.kind != YamlNode::Kind::map)
    return wrong(place.node.at, "nodes is " + describe(place.node) +
                                    "; expected the two boxes with a number each: { a: 1, b: 2 }");
  for (std::size_t i = 0; i < place.node.keys.size(); ++i) {
    ClusterNode node;
    if (!map.parse({place.node.keys[i], place.path}, node.name, Name{kNameMax})) return;
    if (!map.parse({place.node.items[i], place.path}, node.number, WholeNumber{1, kNodeNumberMost})) return;
    nodes.push_back(std::move(node));
  }
}

void read_etcd(Reading& out, Place place, EtcdAccess& etcd) {
  MapReader map{out, std::move(place), kEtcdSection};
  if (const auto endpoints = map.require("endpoints", "endpoints: [\"http://10.0.0.11:2379\"]"))
    for (const Place& item : map.items(*endpoints, kEndpointsMost, "addresses: [\"http://10.0.0.11:2379\"]"))
      if (std::string url; map.parse(item, url, Url{})) etcd.endpoints.push_back(std::move(url));
  map.read("lease", etcd.lease, Span{1s, 60s});
  map.read("user", etcd.user, WordOr{"none", Text{"a user of etcd's"}});
  map.read("password-file", etcd.password_file, WordOr{"none", FilePath{}});
  map.read("ca", etcd.ca, WordOr{"none", FilePath{}});
  map.read("certificate", etcd.certificate, WordOr{"none", FilePath{}});
  map.read("key", etcd.key, WordOr{"none", FilePath{}});
}

void read_peer(Reading& out, Place place, PeerAccess& peer) {
  MapReader map{out, std::move(place), kPeerSection};
  map.require("address", "address: 10.1.0.2", peer.address, Address{});
  map.read("bind", peer.bind, WordOr{"any", Address{}});
  map.read("port", peer.port, WholeNumber{1, kPortMost});
  map.read("interval", peer.interval, Span{20ms, 1s});
  map.read("key-file", peer.key_file, WordOr{"none", FilePath{}});
}

}  // namespace

void read_cluster(Reading& out, Place place, Cluster& cluster) {
  MapReader map{out, std::move(place), kClusterSection};
  map.require("domain", "domain: rack7", cluster.domain, Name{kNameMax});
  map.require("node", "node: a", cluster.node, Name{kNameMax});
  if (const auto nodes = map.require("nodes", "nodes: { a: 1, b: 2 }"))
    read_nodes(map, *nodes, cluster.nodes);
  if (auto etcd = map.require("etcd", "etcd: { endpoints: [\"http://10.0.0.11:2379\"] }"))
    read_etcd(out, *std::move(etcd), cluster.etcd);
  if (auto peer = map.find("peer")) read_peer(out, *std::move(peer), cluster.peer.emplace());
}

}  // namespace lagoon::config
