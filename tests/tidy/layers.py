#!/usr/bin/env python3
"""Checks every #include against the layers (docs/architecture.md): layers.py ROOT.

A layer may include itself, what stands in its row, and nothing else of ours; outside headers that mean
DPDK, YAML, a clock, a thread or I/O are for the rows that name them.
"""

import pathlib
import re
import sys

import source

PROTOCOLS = ["base", "wire", "lacp", "marker", "lldp", "bfd", "monitor", "failover"]
# what the configuration file's values become
OPTIONS = ["lacp/config.hpp", "lacp/key.hpp", "dist/policy.hpp", "monitor/target_monitor.hpp", "failover/debounce.hpp",
           "failover/damping.hpp", "failover/active_member.hpp", "failover/address_assignment.hpp",
           "failover/announcer.hpp", "balance/load_balancer.hpp", "balance/member_load.hpp",
           "balance/rebalancer.hpp", "lldp/options.hpp", "bfd/options.hpp", "wire/bfd/bfd_frame.hpp", "table/weights.hpp", "table/distribution.hpp", "table/fast_options.hpp"]

# folder -> what of ours it may include: a layer, or one header of a layer
OURS = {
    "lib/base": [],
    "lib/wire": ["base"],
    "lib/lacp": ["base", "wire"],
    "lib/marker": ["base", "wire"],
    "lib/lldp": ["base", "wire"],
    "lib/bfd": ["base", "wire"],
    "lib/cluster": ["base"],
    "lib/monitor": ["base", "wire"],
    "lib/failover": ["base", "wire"],
    "lib/dist": ["base", "wire"],
    "lib/qos": ["base", "wire"],
    "lib/balance": ["base", "wire", "dist"],
    "lib/table": ["base", "wire", "dist"],
    "lib/fast": ["base", "wire", "dist", "qos", "table"],
    # (options are the values that other layers take; a row of the table says how each is read and shown)
    "lib/options": ["base", "qos/traffic_options.hpp", *OPTIONS],
    "lib/control": [*PROTOCOLS, "dist", "qos", "balance", "table", "options"],
    "lib/report": [*PROTOCOLS, "dist", "qos", "balance", "table", "fast", "options", "control"],
    "lib/state": [*PROTOCOLS, "dist", "qos", "balance", "table", "options", "control"],
    # (the model is made of the values that it configures)
    "lib/config": ["base", "qos", "options", "dist/bucket_map.hpp", "table/conversation_size.hpp", *OPTIONS],
    # (what others say of bonds, in the words of the options and judged as a file)
    "lib/imports": ["base", "qos", "options", "config", "dist/bucket_map.hpp", "table/conversation_size.hpp", *OPTIONS],
    "lib/dpdk": [*PROTOCOLS, "cluster", "dist", "qos", "balance", "table", "fast", "options", "control", "report", "state", "config"],
    "lib/console": [*PROTOCOLS, "dist", "qos", "balance", "table", "options", "control", "config", "dpdk"],
    "lib/api": [*PROTOCOLS, "dist", "qos", "balance", "table", "fast", "options", "control", "report", "state", "config", "dpdk", "console"],
    "app": [*PROTOCOLS, "cluster", "dist", "qos", "balance", "table", "fast", "options", "control", "report", "state", "config", "imports", "dpdk", "console",
            "api"],
    "drivers": [*PROTOCOLS, "dist", "qos", "balance", "table", "fast", "options", "control", "report", "state", "config", "dpdk", "console", "api"],
}
# Rooms of a layer, lowest first: a room may include those before it, and what stands in the layer's own folder.
ROOMS = {
    "lib/wire": ["flow", "lldp", "bfd", "capture"],
    "lib/fast": ["collect", "conversations", "steer", "distribute", "egress"],
    "lib/control": ["journal", "links", "table", "wiring", "formation", "shared", "status", "views", "lag"],
    "lib/config": ["text", "values", "read", "rules", "file", "plan", "command", "change"],
    "lib/dpdk": ["base", "snapshot", "port", "worker", "multichassis", "succession", "control", "engine", "telemetry"],
    "lib/console": ["text", "commands", "socket", "program"],
}
LAYERS = {folder.split("/")[1] for folder in OURS if folder.startswith("lib/")}
NEVER_INCLUDED = {"tests", "bench", "support", "unit", "sim", "golden", "fuzz", "conformance", "smoke", "tidy"}
PURE = {"lib/base", "lib/wire", "lib/lacp", "lib/marker", "lib/lldp", "lib/bfd", "lib/cluster", "lib/monitor", "lib/failover", "lib/dist",
        "lib/qos", "lib/balance", "lib/table", "lib/fast", "lib/options", "lib/control", "lib/report", "lib/state", "lib/config", "lib/imports"}

DPDK = re.compile(r"^(rte_|ethdev_|bus_vdev|dev_driver)")
YAML = re.compile(r"^yaml-cpp/")
NLOHMANN = re.compile(r"^nlohmann/")
PROMETHEUS = re.compile(r"^prometheus/")
CURL = re.compile(r"^curl/")
TESTING = re.compile(r"^(catch2|benchmark)/")
IMPURE = re.compile(
    r"^(chrono|ctime|time\.h|thread|mutex|shared_mutex|condition_variable|future|semaphore|barrier|latch|"
    r"stop_token|iostream|fstream|filesystem|cstdio|stdio\.h|csignal|signal\.h|unistd\.h|fcntl\.h|poll\.h|"
    r"pthread\.h|sched\.h|(sys|linux|net|netinet|netpacket|arpa)/.*)$")
# Made before a worker runs: what the fast path's queues lie in.
MAY_ALLOCATE = {"lib/fast/egress/storage.hpp"}
HEAP = {"new", "memory", "vector", "string", "map", "set", "deque", "list", "unordered_map", "unordered_set",
        "functional"}
# What prints before it aborts, what takes the types of <chrono> (its clocks: banned.py and symbols.sh), and
# what reads a file.
YAML_READER = "lib/config/file/yaml_reader.cpp"
JSON_WRITERS = {"lib/control/views/json_writer.cpp", "lib/console/socket/protocol.cpp",
                *(f"app/lagoond/etcd/{file}.cpp" for file in ("calls", "record_text", "replies"))}
# What is installed: programs outside compile it, with lagoon.h beside it and nothing else of ours.
PUBLIC = {"lib/api/lagoon.h", "lib/api/lagoon.hpp"}
MAY_BE_IMPURE = {"lib/base/check.cpp", "lib/base/time.hpp", "lib/config/file/text_file.cpp"}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)', re.MULTILINE)


def layer_of(path: str):
    return next((folder for folder in OURS if path.startswith(folder + "/")), None)


def room_of(layer: str, path_in_layer: str):
    """The number of the room; -1 for what stands in the layer's folder; nothing for a room that is not listed."""
    first, _, rest = path_in_layer.partition("/")
    if not rest:
        return -1
    rooms = ROOMS.get(layer)
    if rooms is None:
        return -1
    return rooms.index(first) if first in rooms else None


def fault_of_rooms(layer: str, path: str, header: str):
    here = room_of(layer, path[len(layer) + 1:])
    there = room_of(layer, header.partition("/")[2])
    if here is None or there is None:
        return f"a room of {layer} is missing in tests/tidy/layers.py"
    # (what stands in front of the rooms is for all of them; it may show them nothing but its own)
    if here >= 0 and there > here:
        return f"{layer}/{ROOMS[layer][here]} may not include {header}: its room comes later"
    return None


def fault_of_ours(layer, header: str, is_local_file: bool):
    first = header.split("/")[0]
    if first in LAYERS:
        if layer == f"lib/{first}" or first in OURS[layer] or header in OURS[layer]:
            return None
        return f"{layer} may not include {header}"
    if first in NEVER_INCLUDED:
        return f"nobody includes {first}"
    if not is_local_file:
        return f'"{header}" is not below lib/, nor below the file\'s own program'
    if layer in ("app", "drivers") or layer is None:
        return None
    return f'write "layer/{header}"'


def fault_of_public(header: str):
    if header == "lagoon.h" or re.fullmatch(r"\w+|std\w+\.h", header):
        return None
    return f"what is installed may include lagoon.h and the standard library, and not {header}"


def fault_of_others(layer, path: str, header: str):
    if DPDK.match(header) and layer in PURE:
        return f"{layer} never sees DPDK"
    if YAML.match(header) and path != YAML_READER:
        return f"yaml-cpp is for {YAML_READER}"
    if NLOHMANN.match(header) and path not in JSON_WRITERS:
        return "JSON is written by lib/control/views/json_writer.hpp"
    if PROMETHEUS.match(header) and not path.startswith("app/lagoond/metrics/"):
        return "metrics are for app/lagoond/metrics/"
    if CURL.match(header) and path != "app/lagoond/etcd/http.cpp":
        return "libcurl is for app/lagoond/etcd/http.cpp"
    if TESTING.match(header):
        return f"<{header}> is for tests and benchmarks"
    if IMPURE.match(header) and layer in PURE and path not in MAY_BE_IMPURE:
        return f"{layer} sees no clock, no thread and no I/O"
    if header in HEAP and layer == "lib/fast" and path not in MAY_ALLOCATE:
        return "the fast path has no heap"
    return None


def check(root: pathlib.Path):
    complaints = []
    for file in source.files(root, source.CXX, ("lib", "app", "drivers")):
        path = file.relative_to(root).as_posix()
        layer = layer_of(path)
        text = source.without_comments(file.read_text(), strings=True)
        if layer is None:
            complaints.append(f"{path}: this folder is in no layer; tests/tidy/layers.py has the table")
            continue
        for match in INCLUDE.finditer(text):
            ours, others = match.groups()
            line = text.count("\n", 0, match.start()) + 1
            if path in PUBLIC:
                fault = fault_of_public(ours or others)
            elif ours and layer.startswith("lib/") and f"lib/{ours}".startswith(layer + "/"):
                fault = fault_of_rooms(layer, path, ours)
            elif ours:
                top = root / "/".join(path.split("/")[:2])
                local = (file.parent / ours).exists() or (root / "app" / ours).exists() or (top / ours).exists()
                fault = fault_of_ours(layer, ours, local)
            else:
                fault = fault_of_others(layer, path, others)
            if fault:
                complaints.append(f"{path}:{line}: {fault}")
    return complaints


if __name__ == "__main__":
    sys.exit(source.report("layers", check(pathlib.Path(sys.argv[1]).resolve())))
