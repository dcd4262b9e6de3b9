"""Links of 10G, 1G and 1G in one LAG with Linux's bonding: ten thousand equal conversations, and where they go.

usage: unequal_test.py BUILD
"""

import random
import time

from lab import conversations
from lab.case import Case, main, tries
from lab.waiting import wait_for
from stage import telemetry
from stage.lagoond import member

SPEEDS = ("10G", "1G", "1G")
SHARES = (10 / 12, 1 / 12, 1 / 12)
TOLERANCE = 0.03  # of each share
CONVERSATIONS = 10_000
RATE = 4000
FRAME_OCTETS = 500
# Rounds of a frame of each conversation: until the shares of one are right (a machine with other work to do, which
# sends late and in heaps, delays that), and then as many as are measured.
SETTLE_ROUNDS, SETTLE_ROUNDS_MAX, MEASURED_ROUNDS = 2, 8, 3
EXPLAINED = 200
SINCE_STEP_S = 2 * 2**30 / 1e9  # an entry's time of arrival is that coarse


class UnequalLinks(Case):
    @tries
    def test_ten_thousand_equal_conversations_settle_as_the_links_are(self):
        if not self.is_lagoon:
            self.skipTest("Linux's bonding does not weigh its links")
        members = [member(link.near, link.index, speed=speed) for link, speed in zip(self.stage.links, SPEEDS)]
        self.end.start("lacp", members=members, unequal_speed=True, distribute="weighted", conversations=16384,
                       conversation_timeout="15s")
        self.assertIsNotNone(wait_for(lambda: all(self.end.works(i) for i in range(3)), 12), "not all distribute")
        addresses = self.stage.lan_ip, self.stage.far_ip
        macs = "02:00:00:00:01:01", self._mac_of_the_bond()
        frames = [conversations.frame(i, macs, addresses, FRAME_OCTETS) for i in range(CONVERSATIONS)]
        with conversations.Sender(self.stage.lan, "eth0", frames, RATE) as sender:
            self._settle(sender)
            before, heard_before = self._octets(), self._octets_at_the_partner()
            with conversations.Sightings(self.stage) as sightings:
                self._rounds(sender, MEASURED_ROUNDS)
            sent, heard = self._octets(), self._octets_at_the_partner()
            self._check_views()
            self._check_explained(frames, addresses, sightings)
        self._check_shares("sent", sent, before)
        self._check_shares("heard by the partner", heard, heard_before)
        self.end.stop()

    def _settle(self, sender):
        self._rounds(sender, SETTLE_ROUNDS - 1)
        for used in range(SETTLE_ROUNDS, SETTLE_ROUNDS_MAX + 1):
            before = self._octets()
            self._rounds(sender, 1)
            if all(abs(off) <= TOLERANCE for _, _, off in self._shares(self._octets(), before)):
                break
        self.say(f"{used} rounds until the shares were right, or given up")

    def _rounds(self, sender, count):
        self.assertIsNotNone(sender.wait(count), "the sender is stuck")

    def _mac_of_the_bond(self):
        return self.far.output_of(["cat", "/sys/class/net/bond0/address"]).strip()

    def _octets(self):
        return [m["traffic"]["tx_bytes"] for m in self.end.lagoond.status()["members"]]

    def _octets_at_the_partner(self):
        names = [f"eth{link.index}" if self.far.is_guest else link.far for link in self.stage.links]
        return [int(word) for word in self.far.output_of(
            ["cat", *(f"/sys/class/net/{name}/statistics/rx_bytes" for name in names)]).split()]

    def _shares(self, after, before):
        """Octets of each link, their share, and how far it is from the one wanted."""
        octets = [now - then for now, then in zip(after, before)]
        return [(count, count / sum(octets), count / sum(octets) / wanted - 1) for count, wanted in zip(octets, SHARES)]

    def _check_shares(self, what, after, before):
        shares = self._shares(after, before)
        self.say(f"{what}:", *(f"{count} ({share:.4f}, {off:+.2%})" for count, share, off in shares))
        for index, (_, share, off) in enumerate(shares):
            self.figure(abs(off) <= TOLERANCE, f"link {index} has {share:.4f} {what}, not {SHARES[index]:.4f}")

    def _check_views(self):
        status = self.end.lagoond.status()
        known, members = status["conversations"], status["members"]
        self.say(known, [m["conversations"] for m in members], status["moves"], status.get("rebalancing"))
        self.assertEqual(status["distributing_members"], 3)
        self.assertEqual([m["weight"] for m in members], ["100", "10", "10"])
        self.assertEqual(known["frames_without"], 0, "the table has room for all")
        self.figure(known["live"] >= CONVERSATIONS, f"of {CONVERSATIONS} conversations {known['live']} are known")
        table = self.end.lagoond.view("table")
        self.assertIn("weight left", table)
        self.assertRegex(table, r"conversations: \d{5} live")

    def _check_explained(self, frames, addresses, sightings):
        """By words and by octets alike; and frames were seen where it says that they go, and nowhere else since the
        time that it says. (Here a conversation is idle for seconds between two frames, so it may move.)"""
        names = [m["name"] for m in self.end.lagoond.status()["members"]]
        elsewhere, stayed = [], 0
        for number in random.Random(4).sample(range(CONVERSATIONS), EXPLAINED):
            answer = self._explain(conversations.words(number, addresses))
            asked = time.monotonic()
            self.assertEqual(answer["hash"], self._explain(frames[number][:conversations.HEADERS].hex())["hash"])
            entry, = answer["entries"].values()
            named = answer["member"] if "pin" in answer else entry["member"]
            seen_on = sightings.links.get(number, set())
            here_for = entry["since_ms"] / 1000 - SINCE_STEP_S
            if here_for > asked - sightings.begun:
                stayed += 1
                fits = seen_on == {names.index(named)}
            else:
                fits = names.index(named) in seen_on or here_for < asked - sightings.ended
            if not fits:
                elsewhere.append((number, named, seen_on))
        self.say(f"of {EXPLAINED} conversations explained {stayed} had stayed where they were")
        self.assertGreater(stayed, EXPLAINED // 2)
        self.figure(not elsewhere, f"of {EXPLAINED} conversations explained, seen elsewhere: {elsewhere}")

    def _explain(self, flow):
        return telemetry.ask(self.end.lagoond.prefix, f"/lagoon/explain,lag0,{flow}")


if __name__ == "__main__":
    main()
