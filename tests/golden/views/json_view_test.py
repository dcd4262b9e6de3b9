"""The `json` view is JSON whatever the names are, has the same keys in every mode, and each key is documented.

usage: json_view_test.py WRITE_VIEW DOCS
"""

import json
import os
import re
import subprocess
import sys
import unittest

WRITE_VIEW, DOCS = sys.argv[1:3]


def read(status):
    octets = subprocess.run([WRITE_VIEW, status, "json"], check=True, capture_output=True).stdout
    return json.loads(octets.decode("utf-8", errors="strict"))


def statuses():
    return subprocess.run([WRITE_VIEW], check=True, capture_output=True, text=True).stdout.split()


def keys_of(value, path=""):
    """Every path of keys; elements of arrays share one."""
    if isinstance(value, dict):
        for key, inner in value.items():
            here = f"{path}.{key}".lstrip(".")
            yield here
            # (the names of counters are not keys of ours, and options are documented by their keys: tests/unit/options)
            if here not in ("drops", "options"):
                yield from keys_of(inner, here)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_of(inner, path)


class JsonView(unittest.TestCase):
    def test_values_are_those_of_the_status(self):
        lag = read("lacp")
        self.assertEqual(lag["name"], "lag0")
        self.assertEqual(lag["options"]["miimon"], 20)
        self.assertEqual(lag["members"][0]["lacp"]["partner"]["key"], 0x146)
        self.assertEqual(lag["members"][0]["lacp"]["since_received_ms"], 29000)
        self.assertEqual(lag["members"][1]["why_out"], "link down")
        self.assertIsNone(lag["members"][0]["why_out"])
        self.assertEqual(lag["drops"], {"not_collecting": 3, "tx_refused": 0})
        held = read("active-backup")["members"][2]
        self.assertEqual((held["held_down_for_ms"], held["priority"]), (7900, -5))
        self.assertEqual([c["member"] for c in read("balance-alb")["clients"]], ["p1", "p2", "p1"])

    def test_load_is_told_where_it_is_measured(self):
        lag = read("lacp-weighted")
        self.assertEqual((lag["distribution"], lag["pins"], lag["moves"]["last_pause_us"]), ("weighted", 1, 1250))
        self.assertEqual((lag["rebalancing"]["imbalance"], lag["conversations"]["live"]), (1.25, 10000))
        self.assertEqual((lag["options"]["conversation_estimate"], lag["options"]["rebalance"]["enabled"]),
                         (2500000, None))
        self.assertEqual([(m["capacity_mbps"], m["weight"], m["weight_left"]) for m in lag["members"]],
                         [(10000, 100, 37.46), (1000, 10, 10), (1000, 10, -1.25)])
        other = read("balance-xor-rebalancing")
        self.assertIsNone(other["conversations"])
        self.assertIsNone(other["members"][0]["weight"])
        self.assertTrue(other["options"]["rebalance"]["enabled"])

    def test_any_name_is_valid(self):
        lag = read("odd-names")
        self.assertEqual(lag["name"], 'say "lag"\\\n\x01')
        self.assertEqual(lag["members"][0]["name"], "café \N{FISH}")
        self.assertEqual(lag["members"][1]["name"], "\ufffd" * 6 + " broken")

    def test_keys_do_not_depend_on_the_mode(self):
        nullable = ("members.lacp.", "members.health.", "conversations.", "rebalancing.")
        shown = [{key for key in keys_of(read(status)) if not key.startswith(nullable)}
                 for status in statuses() if not status.endswith("-empty")]
        clients = {f"clients.{key}" for key in ("host", "client", "mac", "vlan_tci", "member")}
        self.assertTrue(all(keys - clients == shown[0] - clients for keys in shown))

    def test_texts_for_people_name_every_view(self):
        """Those that can't be made of control::kViewNames: they say so of each view, on one line or the next."""
        views = subprocess.run([WRITE_VIEW, "--views"], check=True, capture_output=True, text=True).stdout.split()
        root = os.path.dirname(os.path.dirname(os.path.abspath(DOCS)))
        for path in ("README.md", "lagoon.sh", "app/view.py", "lib/console/commands/show.cpp", "docs/console.md",
                     "docs/views.md", "docs/telemetry.md", "docs/man/lagoon-console.1", "lib/api/lagoon.h"):
            with open(os.path.join(root, path), encoding="utf-8") as file:
                words = set(re.findall(r"\w+", file.read()))
            with self.subTest(path=path):
                self.assertEqual(set(views) - words, set())

    def test_every_key_is_documented(self):
        with open(DOCS, encoding="utf-8") as file:
            documented = set(re.findall(r"`([a-z0-9_]+)`", file.read()))
        all_keys = {key.rsplit(".", 1)[-1] for status in statuses() for key in keys_of(read(status))}
        self.assertEqual(all_keys - documented, set())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
