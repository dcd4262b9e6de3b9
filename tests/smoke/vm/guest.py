"""What is tried in the virtual machine, with one model of NIC: lagoond over NICs 0 and 1, then testpmd with net_lagoon
over them, both with a lagoond on NICs 2 and 3 for Partner.

guest.py BUILD MODEL        writes a line "RESULT what: outcome" for each
"""

import contextlib
import os
import re
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..")]

import lab.testpmd as testpmd  # noqa: E402
import stage.lagoond as appliance  # noqa: E402
from machine import COUNT, pci_address  # noqa: E402
from stage import telemetry  # noqa: E402

BUILD, MODEL = sys.argv[1:3]
SHARE = "/tmp/share"
PATIENCE_S = 90
# All goes slowly where a processor is emulated.
appliance.START_PATIENCE_S = testpmd.START_PATIENCE_S = 240
appliance.STOP_PATIENCE_S = testpmd.ANSWER_PATIENCE_S = 60
# EAL takes MSI-X for granted, which the oldest model has not.
EAL = ["--vfio-intr=legacy"] if MODEL == "e1000" else []
NEAR, FAR = (pci_address(0), pci_address(1)), (pci_address(2), pci_address(3))
OTHER, GROUP = "02:aa:bb:cc:dd:ee", "01:00:5e:01:02:03"


def result(what, outcome):
    print(f"RESULT {what}: {outcome}", flush=True)


def run(*argv):
    subprocess.run(argv, check=True, capture_output=True)


def monitor(line):
    """A line for QEMU's monitor, by way of the host (machine.py)."""
    path = os.path.join(SHARE, str(time.monotonic_ns()))
    with open(path + ".part", "w", encoding="ascii") as file:
        file.write(line)
    os.rename(path + ".part", path + ".ask")
    while not os.path.exists(path + ".answer"):
        time.sleep(0.01)


def until(fact, patience=PATIENCE_S):
    """Seconds until it was so; None: never."""
    start = time.monotonic()
    while time.monotonic() < start + patience:
        with contextlib.suppress(telemetry.TelemetryError):
            if fact():
                return round(time.monotonic() - start, 2)
        time.sleep(0.02)
    return None


def lagoond(name, addresses, access):
    members = [{"dev": address, "name": f"m{i}"} for i, address in enumerate(addresses)]
    config = {"eal": {"lcores": [0, 1], "memory": "96M", "prefix": name, "idle": "relax", "args": EAL}, "journal": "off",
              "ports": [{"name": "lan", "dev": access}],
              "lags": [{"name": "lag0", "members": members, "lacp": {"rate": "fast"}}], "forward": [["lan", "lag0"]]}
    return appliance.Appliance(os.path.join(BUILD, "app", "lagoond"), config, subprocess.Popen,
                               lambda file: f"/tmp/{file}", name, "lag0")


def distributing(end):
    return sum(member["distributing"] for member in end.status()["members"])


def bind_nics():
    with open("/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts", "w", encoding="ascii") as file:
        file.write("1")
    for address in (pci_address(i) for i in range(COUNT)):
        device = f"/sys/bus/pci/devices/{address}"
        for path, word in ((f"{device}/driver/unbind", address), (f"{device}/driver_override", "vfio-pci"),
                           ("/sys/bus/pci/drivers_probe", address)):
            if os.path.exists(path):
                with open(path, "w", encoding="ascii") as file:
                    file.write(word)


def link_delay(end, member, since):
    """From the word to QEMU, by way of the host, to the first entry in the end's journal."""
    times = [event["t_ns"] / 1e9 for event in end.events(16)
             if event.get("member") == member and event["t_ns"] / 1e9 > since]
    return f"told in {min(times) - since:.3f} s" if times else "not told"


def try_lagoond(far):
    with lagoond("near", NEAR, "net_null0,no-rx=1") as near:
        up = until(lambda: distributing(near) == 2 and distributing(far) == 2)
        result("lagoond: LACP with both links", "no" if up is None else f"up {up} s after the second end")
        if up is None:
            print(near.log_end())
            return
        since = time.monotonic()
        monitor("set_link nic1 off")
        failed = until(lambda: distributing(near) == 1)
        result("lagoond: link down", f"{link_delay(near, 'm1', since)}; one link left: {failed is not None}")
        result("lagoond: told as a lost link", bool(near.status()["members"][1]["link_failures"]))
        monitor("set_link nic1 on")
        result("lagoond: link back", f"both distribute after {until(lambda: distributing(near) == 2)} s")


class Program:
    """testpmd, that forwards between a tap and the LAG; frames come from the far end's tap."""

    def __init__(self, prompt):
        self.do = prompt.do
        ports = dict(re.findall(r"^(\d+)\s.*(net_tap|net_lagoon)\s", prompt.do("show port summary all"), re.M))
        self.lag, self.tap = (next(n for n, driver in ports.items() if driver == name) for name in ("net_lagoon", "net_tap"))
        run("ip", "link", "set", "far0", "up")
        run("ip", "link", "set", "near0", "up", "promisc", "on")
        prompt.do(f"set portlist {self.tap},{self.lag}")
        prompt.do("start")

    def counts(self):
        return {key: int(value) for key, value in re.findall(r"^(\S+): (\d+)", self.do(f"show port xstats {self.lag}"), re.M)}

    def distributing(self):
        return self.counts()["lag_distributing_members"]

    def arriving(self, destination, vlan=0, count=40):
        """How many of `count` frames of as many conversations come through, and by which member."""
        before = self.counts()
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as sock:
            sock.bind(("near0", 0))
            sock.settimeout(3)
            run(sys.executable, os.path.join(HERE, "send.py"), "far0", destination, str(vlan), str(count))
            got = 0
            with contextlib.suppress(TimeoutError):
                while got < count:
                    got += b"LAGOON-IN-A-VM" in sock.recv(2048)
        after = self.counts()
        shares = [after[key] - before[key] for key in after if re.fullmatch(r"member_.*_rx_packets", key)]
        return f"{got} of {count}" + (f" ({' + '.join(map(str, shares))})" if got else "")


def try_filters(program):
    lag, own = program.lag, "52:54:00:00:00:00"
    result("PMD: promiscuous, to the LAG's address", program.arriving(own))
    program.do(f"set promisc {lag} off")
    result("PMD: not promiscuous, to the LAG's address", program.arriving(own))
    result("PMD: not promiscuous, to another", program.arriving(OTHER))
    program.do(f"mac_addr add {lag} {OTHER}")
    result("PMD: to it after mac_addr add", program.arriving(OTHER))
    program.do(f"mac_addr remove {lag} {OTHER}")
    result("PMD: to it after mac_addr remove", program.arriving(OTHER))
    result("PMD: to a group", program.arriving(GROUP))
    program.do(f"mcast_addr add {lag} {GROUP}")
    result("PMD: to the group after mcast_addr add", program.arriving(GROUP))
    program.do(f"vlan set filter on {lag}")
    program.do(f"rx_vlan add 100 {lag}")
    result("PMD: VLAN filter of 100, VLAN 100", program.arriving(own, 100))
    result("PMD: VLAN filter of 100, VLAN 101", program.arriving(own, 101))
    program.do(f"vlan set filter off {lag}")
    result("PMD: VLAN filter off, VLAN 101", program.arriving(own, 101))
    program.do(f"set promisc {lag} on")


def try_rest(program):
    lag = program.lag
    said = program.do(f"flow create {lag} ingress pattern eth type is 0x88f7 / end actions queue index 0 / end")
    result("PMD: rte_flow", " ".join(said.split())[:100] or "(no word)")
    program.do("stop")
    program.do(f"port stop {lag}")
    program.do(f"port config mtu {lag} 1400")
    program.do(f"port start {lag}")
    program.do("start")
    result("PMD: stopped, MTU 1400, started", f"both distribute after {until(lambda: program.distributing() == 2)} s")
    monitor("set_link nic1 off")
    result("PMD: link down", f"one link left after {until(lambda: program.distributing() == 1)} s")
    monitor("set_link nic1 on")
    result("PMD: link back", f"both distribute after {until(lambda: program.distributing() == 2)} s")
    monitor("device_del nic0")
    gone = until(lambda: not os.path.exists(f"/sys/bus/pci/devices/{NEAR[0]}"), 30)
    result("PMD: NIC taken out", "it stays" if gone is None else f"let go after {gone} s")
    result("PMD: after that, to the LAG's address", program.arriving("52:54:00:00:00:00"))


def main():
    os.makedirs(SHARE, exist_ok=True)
    run("mount", "-t", "9p", "-o", "trans=virtio,version=9p2000.L,cache=none", "share", SHARE)
    bind_nics()
    with lagoond("far", FAR, "net_tap0,iface=far0") as far:
        try_lagoond(far)
        lag = f"net_lagoon0,mode=lacp,rate=fast,member={NEAR[0]},member={NEAR[1]}"
        with testpmd.Testpmd(BUILD, ["net_tap1,iface=near0", lag], memory=("-m", "96"), pci=NEAR, eal=EAL) as prompt:
            program = Program(prompt)
            up = until(lambda: program.distributing() == 2)
            result("PMD: LACP with both links", "no" if up is None else f"up {up} s after the program")
            if up is not None:
                try_filters(program)
                try_rest(program)
            print(prompt.text[-1500:])
            result("PMD: testpmd ends with", prompt.quit())
        result("lagoond: NIC taken out", take_out(far))


def take_out(far):
    monitor("device_del nic2")
    gone = until(lambda: not os.path.exists(f"/sys/bus/pci/devices/{FAR[0]}"), 30)
    left = [member["name"] for member in far.status()["members"]]
    return f"{'it stays' if gone is None else f'let go after {gone} s'}; members left: {' '.join(left)}"


if __name__ == "__main__":
    main()
