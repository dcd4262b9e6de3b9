"""What the tests of metrics, journal and capturing look at: two LAGs of one lagoond, back to back, with traffic."""

import os
import socket
import subprocess

from stage.lagoond import Appliance, eal_section

from . import pcap

PATIENCE_S = 15


def configuration(prefix, capture, eal=None, **more):
    """laga with everything that has metrics of its own; lagb is its Partner."""
    common = {"members": [{"wire": f"w{i}", "name": f"m{i}"} for i in range(2)], "hash-seed": 1,
              "lacp": {"rate": "fast", "aggregate-wait": "100ms"}}
    traffic = {"classes": [{"name": "voice", "dscp": ["ef"]}, {"name": "rest"}]}
    return {"eal": {**eal_section(prefix, memory="256M"), **(eal or {})}, **more,
            "ports": [{"name": "lan", "dev": f"net_pcap0,rx_pcap={capture},infinite_rx=1"},
                      {"name": "far", "dev": "net_null1,no-rx=1"}],
            "lags": [{"name": "laga", "mac": "02:00:00:00:0a:01", "traffic": traffic, "distribute": "weighted",
                      "rebalance": True, **common},
                     {"name": "lagb", "mac": "02:00:00:00:0b:01", **common}],
            "forward": [["lan", "laga"], ["lagb", "far"]]}


def appliance(binary, folder, name, command=(), **more):
    """A lagoond in `folder`; `command` stands before its own."""
    os.environ["XDG_RUNTIME_DIR"] = folder  # where DPDK keeps its own files, unless it is root
    capture = os.path.join(folder, "flows.pcap")
    pcap.write(capture, [pcap.udp(1000 + i, octets=100) for i in range(64)])
    return Appliance(binary, configuration(f"lg{os.getpid()}-{name}", capture, **more),
                     lambda argv, **options: subprocess.Popen([*command, *argv], **options),
                     lambda file: os.path.join(folder, file), name, "laga")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
