"""The metrics of a lagoond that runs: promtool takes them, Debian's Prometheus scrapes them, and the dashboard asks
for none that is not there. Needs no root.

usage: metrics_test.py LAGOOND
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request

from lab import ROOT, pair
from lab.waiting import until
from stage import telemetry
from stage.stage import end

LAGOOND = os.path.abspath(sys.argv[1])
DASHBOARD = os.path.join(ROOT, "config", "grafana", "lagoon.json")


def read(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.read().decode()
    except urllib.error.URLError:
        return ""


def expressions(node):
    """Every query of a dashboard."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("expr", "query") and isinstance(value, str):
                yield value
            else:
                yield from expressions(value)
    elif isinstance(node, list):
        for item in node:
            yield from expressions(item)


class Metrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not shutil.which("prometheus") and not os.environ.get("CI"):
            raise unittest.SkipTest("Debian's package prometheus is not installed")
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.port = pair.free_port()
        cls.lagoond = cls.enterClassContext(pair.appliance(
            LAGOOND, cls.folder, "metrics", metrics=f"127.0.0.1:{cls.port}",
            journal=os.path.join(cls.folder, "journal.log")))

    def scrape(self):
        return read(f"http://127.0.0.1:{self.port}/metrics")

    def value(self, sample):
        found = re.search(rf"^{re.escape(sample)} (\S+)$", self.scrape(), re.MULTILINE)
        return float(found[1]) if found else None

    def test_1_values_are_those_of_the_telemetry(self):
        until(lambda: self.value('lagoon_lag_distributing_members{lag="laga"}'), lambda n: n == 2)
        self.assertEqual(self.value("lagoon_control_answered"), 1)
        self.assertEqual(self.value('lagoon_lag_up{lag="laga"}'), 1)
        self.assertEqual(self.value('lagoon_member_mux_state{lag="laga",member="m0",state="DISTRIBUTING"}'), 1)
        self.assertEqual(self.value('lagoon_member_mux_state{lag="laga",member="m0",state="WAITING"}'), 0)
        self.assertEqual(self.value('lagoon_member_partner_state{lag="laga",member="m0",bit="synchronization"}'), 1)
        sent = 'lagoon_member_transmit_frames_total{lag="laga",member="m1"}'
        before = until(lambda: self.value(sent))
        told = self.lagoond.status()["members"][1]["traffic"]["tx_packets"]
        after = self.value(sent)
        self.assertGreater(before, 0)
        self.assertLessEqual(before, told)
        self.assertLessEqual(told, after)
        self.assertGreater(self.value('lagoon_port_receive_frames_total{port="lan"}'), 0)
        self.assertGreater(self.value('lagoon_class_transmit_frames_total{lag="laga",class="rest"}'), 0)
        self.assertGreater(self.value("lagoon_journal_entries_total"), 0)

    def test_2_promtool_has_nothing_to_say(self):
        done = subprocess.run(["promtool", "check", "metrics"], input=self.scrape(), text=True,
                              capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_3_the_dashboard_asks_for_what_there_is(self):
        with open(DASHBOARD, encoding="utf-8") as file:
            queries = list(expressions(json.load(file)))
        there = set(re.findall(r"^# TYPE (\S+)", self.scrape(), re.MULTILINE))
        with_samples = set(re.findall(r"^(lagoon_\w+)", self.scrape(), re.MULTILINE))
        asked = {name for query in queries for name in re.findall(r"\blagoon_\w+", query)}
        self.assertGreater(len(asked), 20)
        self.assertEqual(asked - there, set())
        self.assertEqual(asked - with_samples, set())

    def test_4_prometheus_scrapes_it(self):
        web = pair.free_port()
        config = os.path.join(self.folder, "prometheus.yml")
        with open(config, "w", encoding="utf-8") as file:
            file.write("global: { scrape_interval: 200ms, scrape_timeout: 200ms }\nscrape_configs:\n"
                       f"  - {{ job_name: lagoon, static_configs: [{{ targets: ['127.0.0.1:{self.port}'] }}] }}\n")
        with open(os.path.join(self.folder, "prometheus.log"), "wb") as log:
            prometheus = subprocess.Popen(
                ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={self.folder}/tsdb",
                 f"--web.listen-address=127.0.0.1:{web}"], stdout=log, stderr=log)
        self.addCleanup(end, [prometheus])

        def ask(query):
            answer = read(f"http://127.0.0.1:{web}/api/v1/query?query={urllib.parse.quote(query)}")
            result = json.loads(answer)["data"]["result"] if answer else []
            return {one["metric"].get("member", ""): float(one["value"][1]) for one in result}

        self.assertEqual(until(lambda: ask('up{job="lagoon"}')), {"": 1})
        self.assertEqual(until(lambda: ask('lagoon_member_distributing{lag="laga"}')), {"m0": 1, "m1": 1})
        rates = until(lambda: ask('rate(lagoon_member_transmit_bytes_total{lag="laga"}[5s])'),
                           lambda r: len(r) == 2 and min(r.values()) > 0)
        self.assertEqual(sorted(rates), ["m0", "m1"])
        self.assertGreater(min(rates.values()), 0)
        telemetry.ask(self.lagoond.prefix, "/lagoon/wire,w0,down")
        down = until(lambda: ask('lagoon_member_link_up{lag="laga"} == 0'))
        telemetry.ask(self.lagoond.prefix, "/lagoon/wire,w0,up")
        self.assertEqual(down, {"m0": 0})

    def test_5_a_port_that_is_taken_ends_lagoond_at_once(self):
        other = os.path.join(self.folder, "other.yaml")
        with open(self.lagoond.config_path, encoding="utf-8") as file:
            text = file.read().replace(self.lagoond.prefix, f"{self.lagoond.prefix}-other")
        with open(other, "w", encoding="utf-8") as file:
            file.write(text)
        done = subprocess.run([LAGOOND, "-c", other], capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"metrics: can't listen on 127.0.0.1:{self.port}", done.stderr)
        self.assertNotIn("EAL", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
