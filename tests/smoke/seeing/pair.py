"""What the tests of metrics, journal and capturing look at: two LAGs of one lagoond, back to back, with traffic."""

import os
import socket
import struct
import subprocess
import sys
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
sys.path.insert(0, os.path.join(ROOT, "app", "demo"))

from stage.lagoond import Appliance, eal_section  # noqa: E402

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


def write_capture(path):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for i in range(64):
            ip = struct.pack(">BBHIBBH4s4s", 0x45, 0, 128, 0, 64, 17, 0, bytes((10, 0, 0, 1)), bytes((10, 0, 0, 2)))
            octets = (bytes.fromhex("0200000000020200000000010800") + ip +
                      struct.pack(">HHHH", 1000 + i, 2000, 108, 0) + bytes(100))
            file.write(struct.pack("<IIII", 0, 0, len(octets), len(octets)) + octets)


def appliance(binary, folder, name, command=(), **more):
    """A lagoond in `folder`; `command` stands before its own."""
    os.environ["XDG_RUNTIME_DIR"] = folder  # where DPDK keeps its own files, unless it is root
    capture = os.path.join(folder, "flows.pcap")
    write_capture(capture)
    return Appliance(binary, configuration(f"lg{os.getpid()}-{name}", capture, **more),
                     lambda argv, **options: subprocess.Popen([*command, *argv], **options),
                     lambda file: os.path.join(folder, file), name, "laga")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def until(look, wanted=bool, patience=PATIENCE_S):
    """What look() gives when it is `wanted`, or at last."""
    deadline = time.monotonic() + patience
    while True:
        found = look()
        if wanted(found) or time.monotonic() > deadline:
            return found
        time.sleep(0.05)
