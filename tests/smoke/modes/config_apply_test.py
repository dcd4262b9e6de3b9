"""A changed configuration file under traffic: what it does not touch loses nothing, and a wrong one changes nothing.
systemd, as which the test listens, hears of all of it.

usage: config_apply_test.py BUILD
"""

import copy
import os
import socket
import threading
import time

from lab.case import Case, main, tries
from lab.waiting import wait_for
from stage import telemetry
from stage.lagoond import Lagoond, member

RATE = 10_000
FLOWS = 16
PORT = 21000
STAYS = ("net_af_packet1", "net_af_packet2")


class Systemd:
    """The socket that a service says how it does to (sd_notify(3))."""

    def __init__(self, path):
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(path)
        self._messages = []
        # (who does not listen makes the service wait: a dozen messages find room)
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self):
        while message := self._socket.recv(4096):
            self._messages.append(message.decode().splitlines())

    def start(self, lagoond):
        os.environ |= {"NOTIFY_SOCKET": self._path, "WATCHDOG_USEC": "2000000"}
        try:
            lagoond.start()
        finally:
            del os.environ["NOTIFY_SOCKET"], os.environ["WATCHDOG_USEC"]

    def heard(self):
        """All messages but signs of life and statuses alone, the oldest first, each as a list of its lines."""
        return [lines for lines in self._messages if len(lines) > 1]

    def signs_of_life(self):
        return self._messages.count(["WATCHDOG=1"])

    def close(self):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._listener.join()
        self._socket.close()


class ConfigApply(Case):
    links = 4
    partner = "lagoon"

    @classmethod
    def setUpClass(cls):
        cls.partner_options = {"binary": cls.binaries["lagoond"]}
        super().setUpClass()

    @tries
    def test_what_a_new_file_does_not_touch_loses_nothing(self):
        if not self.is_lagoon:
            self.skipTest("this is lagoond's configuration")
        lagoond = self.end.lagoond = Lagoond(self.stage, self.binaries["lagoond"], members=3)
        systemd = Systemd(self.stage.path(f"notify{time.monotonic_ns()}"))
        self.addCleanup(systemd.close)
        systemd.start(lagoond)
        first = copy.deepcopy(lagoond.config)
        self._await_links(0, 1, 2)
        stream = self.stream(self.far, RATE, flows=FLOWS, port=PORT)
        time.sleep(0.5)
        begun, starts, touched = time.monotonic_ns(), [], []
        for change, gone in ((lambda: self._apply(self._other(first), (0, 1, 3)), "net_af_packet3"),
                             (lambda: self._refuse(self._wrong(first)), None),
                             (lambda: self._apply(first, (0, 1, 2)), "net_af_packet4")):
            touched.append(self._flows_of_partner_to(gone))
            starts.append(time.monotonic_ns())
            change()
            time.sleep(0.5)
        outcome = stream.stop()
        self.say("drops here and at the partner:", *map(self._drops, (lagoond.prefix, f"{self.stage.tag}-far")))
        self._nothing_happened_to_those_that_stay(begun)
        self._judge(outcome, starts, touched)
        self.assertIn("nothing changes", self._config("diff"))
        self.end.stop()
        self._systemd_heard_all(systemd)

    def _systemd_heard_all(self, systemd):
        heard = systemd.heard()
        reload = ["RELOADING=1", "READY=1"]
        self.assertEqual([lines[0] for lines in heard], ["READY=1", *reload, *reload, *reload, "STOPPING=1"])
        self.assertEqual(heard[0][1], "STATUS=1 of 1 LAGs up: lag0 3/3")
        self.assertRegex(heard[1][1], "^MONOTONIC_USEC=[0-9]+$")
        self.assertIn("is applied", heard[2][1])
        self.assertIn("was refused", heard[4][1])
        self.assertGreater(systemd.signs_of_life(), 5)

    @staticmethod
    def _other(config):
        """A member comes, another goes, and options change."""
        config = copy.deepcopy(config)
        lag = config["lags"][0]
        lag["members"][2] = member("va3", 3)
        lag["lacp"]["rate"] = "slow"
        lag |= {"hash": "l2+3", "miimon": "10ms", "move-hold": "20ms"}
        return config

    @staticmethod
    def _wrong(config):
        config = copy.deepcopy(config)
        lag = config["lags"][0]
        lag["members"].pop()
        lag |= {"hsah": "l2", "min-links": "many"}
        return config

    def _apply(self, config, links):
        begun = time.monotonic()
        said = self.end.lagoond.reload(config)
        self.say(f"applied in {time.monotonic() - begun:.2f} s")
        self.assertIn(": applied", said)
        self._await_links(*links)

    def _refuse(self, config):
        before = self._config("show")
        said = self.end.lagoond.reload(config)
        for words in ("unknown key 'hsah'; did you mean 'hash'?", "min-links is 'many'; expected a whole number",
                      "nothing was changed"):
            self.assertIn(words, said)
        self.assertEqual(self._config("show"), before)

    def _config(self, verb):
        return telemetry.ask(self.end.lagoond.prefix, f"/lagoon/config,{verb}")

    def _await_links(self, *links):
        names = sorted(f"net_af_packet{link + 1}" for link in links)

        def works():
            members = self.end.members()
            return sorted(m["name"] for m in members if m["collecting"] and m["distributing"]) == names

        self.assertIsNotNone(wait_for(works, 15), f"not just {names} carry frames: {self.end.members()}")

    def _flows_of_partner_to(self, gone):
        """The flows that the partner sends by the link of the member that goes: what is on that link may be lost."""
        if gone is None:
            return set()
        flow = "udp {0.far_ip}:{1} {0.lan_ip}:{2}"
        ways = [telemetry.ask(f"{self.stage.tag}-far",
                              f"/lagoon/explain,lag0,{flow.format(self.stage, PORT + 1 + i, PORT)}")["member"]
                for i in range(FLOWS)]
        return {i for i, way in enumerate(ways) if way == gone}

    def _nothing_happened_to_those_that_stay(self, since):
        # (that a Partner tells in its own time that it knows retry counts has nothing to do with it)
        happened = [event for event in self.end.lagoond.events() if event["t_ns"] > since and event["member"] in STAYS and
                    event["kind"] != "retry_count"]
        self.assertEqual(happened, [])

    @staticmethod
    def _drops(prefix):
        drops = telemetry.ask(prefix, "/lagoon/lag,lag0")["drops"]
        return {name: count for name, count in drops.items() if count}

    def _judge(self, outcome, starts, touched):
        self.say(outcome.words())
        lost = outcome.lost(starts)
        self.say(f"lost in each window, out: {lost['out']}, in: {lost['in']}")
        for way in ("out", "in"):
            self.assertEqual(outcome.counts(way)["duplicated"], 0, way)
        self.figure(sum(lost["out"]) == 0, f"{sum(lost['out'])} of our frames lost")
        arrived = {(r.flow, r.sequence) for r in outcome.received["in"]}
        flows = {s.flow for s in outcome.sent["in"] if (s.flow, s.sequence) not in arrived}
        elsewhere = flows - set().union(*touched)
        self.figure(not elsewhere, f"flows {sorted(elsewhere)} lost frames on their way in, by members that stayed")


if __name__ == "__main__":
    main()
