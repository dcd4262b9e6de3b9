"""The PMD's laboratory: testpmd between a host and a LAG, with a lagoond as the Partner, in network namespaces."""

import contextlib
import json
import os
import re
import socket
import subprocess

from stage import netns
from stage.partners.lagoon import LagoonPartner
from stage.stage import Stage

from .testpmd import Testpmd
from .waiting import wait_for

PORTS = ["net_af_packet0,iface=lan0", "net_af_packet1,iface=va0", "net_af_packet2,iface=va1"]
OURS = "net_lagoon0,mode=4,rate=fast,member=net_af_packet1,member=net_af_packet2"
THEIRS = "net_bonding0,mode=4,slave=net_af_packet1,slave=net_af_packet2"
# Each way: of a datagram each, so that both members carry some.
CONVERSATIONS = 200
UDP_PORT = 9000


def set_stage(test, build, bond, traffic=False, vdevs=(), prepare=None, **more):
    """The stage, the Partner, and testpmd that forwards between lan0 and the bond, port 3 (or as much higher as there are
    `vdevs` beside PORTS); all of them end with the test. (net_bonding sends its LACPDUs when the program sends: `traffic`
    makes it do so before there is an answer.) prepare(stage) is called before testpmd starts."""
    stage = test.enterContext(Stage(2))
    if prepare is not None:
        prepare(stage)
    partner = LagoonPartner(os.path.join(build, "app", "lagoond"))
    partner.start(stage)
    testpmd = test.enterContext(Testpmd(build, [*PORTS, *vdevs, bond], popen=stage.popen_net, **more))
    testpmd.do(f"set portlist 0,{len(PORTS) + len(vdevs)}")  # (net_bonding leaves its members to the program)
    testpmd.do("start")
    if traffic:
        netns.ip_batch(stage.lan, [f"neigh add {stage.far_ip} lladdr 02:00:00:00:01:02 dev eth0 nud permanent"])
        stage.popen_lan(["ping", "-q", "-i", "0.02", stage.far_ip], stdout=subprocess.DEVNULL)
    test.assertTrue(wait_for(partner.converged), partner.status())
    return stage, partner, testpmd


def losses(partner):
    """How often its links expired or went down."""
    return sum(member["lacp"]["counters"]["expirations"] + member["link_failures"] for member in json.loads(partner.status())["members"])


def ping(stage):
    """How many of 20 come back."""
    answer = subprocess.run(["nsenter", f"--net=/run/netns/{stage.lan}", "ping", "-c", "20", "-i", "0.05", "-W", "5",
                             stage.far_ip], check=False, capture_output=True, text=True)
    return int(re.search(r"(\d+) received", answer.stdout)[1])


def exchange(stage):
    """CONVERSATIONS datagrams, each with a name of its own, from the near host to the far one, and then the other way.
    Gives the names of those that came: at the far host, and at the near one."""
    with netns.run_in(stage.lan, _receiver, stage.lan_ip) as near, netns.run_in(stage.far, _receiver, stage.far_ip) as far:
        netns.run_in(stage.lan, _send_all, "near", stage.far_ip)
        at_far = _arrived(far)
        netns.run_in(stage.far, _send_all, "far", stage.lan_ip)
        return at_far, _arrived(near)


def _receiver(at):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((at, UDP_PORT))
    sock.settimeout(1)
    return sock


def _send_all(name, to):
    for i in range(CONVERSATIONS):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(("", 20000 + i))
            sock.sendto(f"{name} {i}.".encode(), (to, UDP_PORT))


def _arrived(sock):
    found = set()
    with contextlib.suppress(TimeoutError):
        while len(found) < CONVERSATIONS:
            found.add(sock.recv(2048).decode())
    return found
