"""Views: what each has to say of a mode, by lines that scripts look for."""

import json
import re

ALL = ("linux", "lagg", "cisco", "json", "table")
LINUX_TEXT = {
    "balance-rr": "load balancing (round-robin)", "active-backup": "fault-tolerance (active-backup)",
    "balance-xor": "load balancing (xor)", "broadcast": "fault-tolerance (broadcast)",
    "802.3ad": "IEEE 802.3ad Dynamic link aggregation", "balance-tlb": "transmit load balancing",
    "balance-alb": "adaptive load balancing"}
LAGG_NAME = {
    "balance-rr": "roundrobin", "active-backup": "failover", "balance-xor": "loadbalance", "broadcast": "broadcast",
    "802.3ad": "lacp", "balance-tlb": "loadbalance", "balance-alb": "loadbalance"}


def all_of(end):
    return {kind: end.lagoond.view(kind) for kind in ALL}


def check(case, shown, mode, name, end, links):
    """`mode` is Linux's word for what `name` stands for. All members work."""
    status = end.status()
    _linux(case, shown["linux"], mode, status)
    lagg = shown["lagg"]
    case.assertRegex(lagg, rf"laggproto {LAGG_NAME[mode]}\b")
    case.assertEqual(len(re.findall(r"^\s*laggport: ", lagg, re.M)), links, lagg)
    if mode == "802.3ad":
        case.assertRegex(lagg, r"lag id: \[\(")
        case.assertRegex(lagg, r"<ACTIVE,COLLECTING,DISTRIBUTING>")
    case.assertTrue(shown["cisco"].strip(), "the cisco view is empty")
    value = json.loads(shown["json"])
    case.assertEqual((value["up"], [m["works"] for m in value["members"]]), (True, [True] * links))
    for member in status["members"]:
        case.assertIn(member["name"], shown["table"])


def _linux(case, text, mode, status):
    case.assertIn(f"Bonding Mode: {LINUX_TEXT[mode]}", text)
    case.assertRegex(text, r"(?m)^MII Status: up$")
    parts = re.split(r"^Slave Interface: ", text, flags=re.M)
    case.assertEqual(len(parts) - 1, len(status["members"]), text)
    for part in parts[1:]:
        case.assertRegex(part, r"(?m)^MII Status: up$")
        case.assertRegex(part, r"(?m)^Permanent HW addr: (?:[0-9a-f]{2}:){5}[0-9a-f]{2}$")
        case.assertRegex(part, r"(?m)^Link Failure Count: \d+$")
    if mode in ("active-backup", "balance-tlb", "balance-alb"):
        case.assertRegex(parts[0], r"(?m)^Currently Active Slave: \S+$")
    if mode in ("balance-xor", "802.3ad"):
        case.assertRegex(parts[0], r"(?m)^Transmit Hash Policy: layer3\+4 \(1\)$")
    if mode == "802.3ad":
        case.assertRegex(parts[0], r"(?m)^802\.3ad info$")
        for part in parts[1:]:
            case.assertRegex(part, r"(?m)^\s*port state: \d+$")
