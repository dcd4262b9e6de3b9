"""balance-alb: six real hosts behind a switch are told three addresses, and told again when a member fails.

usage: alb_test.py BUILD [--end linux]
"""

import collections
import time
import unittest

from lab.capture import Capture
from lab.case import Case, main, tries
from lab.ends import link_of
from lab.waiting import wait_for
from lab.pings import Pings, silence_s

CLIENTS = 6
BACK_MAX_S = 2.0
FAR_FROM_EVEN_MAX = 2


class BalanceAlb(Case):
    partner = "switch"
    partner_options = {"clients": CLIENTS}
    tap = True

    @tries
    def test_clients_are_told_three_addresses_and_follow_a_failure(self):
        self.far.forget()
        for client in self.far.clients:
            client.output_of(["ip", "neigh", "flush", "all"])
        self.end.start("balance-alb", bond_options="miimon 20 updelay 0", hash="l3+4")
        self.assertIsNotNone(wait_for(lambda: all(self.end.works(i) for i in range(3)), 10), "members do not work")
        clients = self.far.clients
        pings = [Pings(self.stage, client, self.end.ip, client.index) for client in clients]
        self.assertIsNotNone(wait_for(lambda: all(len(p.replies()) > 5 for p in pings), 15),
                             "not every client reaches the LAG")
        self._spread_out(clients)
        before = self._told(clients)
        self.say("told before:", self._words(before))
        self._check_even(before, self._address_of())
        self._check_received(clients, pings)

        # the last member is not the active one; the first is, and its address is another member's after its failure
        for failing in (2, 0):
            self._fail_and_return(failing, clients, pings)
        for p in pings:
            self.assertGreater(len(p.stop()), 20)
        self.end.stop()

    def _fail_and_return(self, failing, clients, pings):
        before, addresses = self._told(clients), self._address_of()
        watched = [Capture(client.namespace, ["eth0"]) for client in clients]
        at_wall = time.time_ns()
        at = self.stage.links[failing].pull()
        time.sleep(3.0)
        told_anew = [[a for a in one.stop().arps(at) if a.sender_ip == self.end.ip and a.sender_mac != before[i]]
                     for i, one in enumerate(watched)]
        silences = [silence_s(p.replies(), at_wall, at_wall + 3 * 10**9) for p in pings]
        after = self._told(clients)
        self.say(f"member {failing} failed: longest silence of each client, s:",
                 " ".join(f"{s:.2f}" for s in silences))
        self.say("told after that:", self._words(after), "times told anew:", [len(arps) for arps in told_anew])
        self.figure(max(silences) <= BACK_MAX_S, f"a client was cut off for {max(silences):.2f} s")
        if self.is_lagoon:
            self._check_told(failing, before, after, addresses, told_anew)
        self.stage.links[failing].restore()
        wait_for(lambda: self.end.works(failing), 5)
        settled = wait_for(lambda: self._is_even(self._told(clients)), 15, 0.2)
        self.say("told after its return:", self._words(self._told(clients)), f"after {settled} s")
        self.figure(settled is not None, "not even again after the member's return")

    def _check_told(self, failing, before, after, addresses, told_anew):
        now = self._address_of()
        active = self.end.active()
        for i, mac in enumerate(before):
            member = addresses.index(mac)
            if member == failing or now[member] != mac:
                self.assertNotEqual(now.index(after[i]), failing, f"client {i} sends to the member that failed")
            else:
                self.assertEqual(after[i], mac, f"client {i} of member {member} (active: {active}) had no reason")
                self.assertEqual(told_anew[i], [], f"client {i} of member {member} was told another address")
            if after[i] != mac:
                self.assertTrue(told_anew[i], f"client {i} learnt by chance")

    def _told(self, clients):
        return [client.neighbour(self.end.ip) for client in clients]

    def _address_of(self):
        return [self.end.member_mac(i) for i in range(3)]

    def _words(self, told):
        counts = collections.Counter(told)
        return " ".join(f"{mac}x{count}" for mac, count in sorted(counts.items(), key=str))

    def _spread_out(self, clients):
        """(Linux learns of its clients one by one and evens out a little later)"""
        wait_for(lambda: self._is_even(self._told(clients)), 10, 0.2)

    def _is_even(self, told):
        counts = collections.Counter(told)
        return len(counts) == 3 and max(counts.values()) - min(counts.values()) <= FAR_FROM_EVEN_MAX

    def _check_even(self, told, addresses):
        self.assertEqual(set(told), set(addresses), "clients are to be told the members' addresses, and all of them")
        counts = collections.Counter(told)
        self.assertLessEqual(max(counts.values()) - min(counts.values()), FAR_FROM_EVEN_MAX)

    def _check_received(self, clients, pings):
        """What comes in on each link is what its clients send."""
        def frames():
            return [link_of(self.stage.net, link.near)["stats64"]["rx"]["packets"] for link in self.stage.links]

        told, addresses = self._told(clients), self._address_of()
        asked, counted = [len(p.replies()) for p in pings], frames()
        time.sleep(2.0)
        asked = [len(p.replies()) - n for p, n in zip(pings, asked)]
        counted = [now - then for now, then in zip(frames(), counted)]
        due = [sum(n for n, mac in zip(asked, told) if mac == address) for address in addresses]
        self.say("received on each link:", counted, "pings of the clients told so:", due)
        for got, expected in zip(counted, due):
            self.figure(abs(got - expected) <= expected * 0.25 + 10, f"{got} frames came in where {expected} were due")


if __name__ == "__main__":
    main()
