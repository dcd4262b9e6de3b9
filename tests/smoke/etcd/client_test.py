"""lagoond's client of etcd with Debian's etcd: one member, three, one with users, one with certificates.

    client_test.py ETCD_CLIENT [unittest's arguments]
"""

import concurrent.futures
import contextlib
import http.server
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
import unittest

from lab.etcd_box import DOMAIN, GENEROUS_MS, Box, Members
from lab.waiting import until
from stage import netns
from stage.authority import Authority

SKIP = 77
SOON_MS = 400      # a deadline that is to pass
ELECTION_MS = 300  # (so that a second without a leader is a long time, and a lease may last one second)
PASSWORD = 'pass"word'
ACTIVE = {"node": "a", "incarnation": "00000000000000a7", "id": "8000-02:4c:00:00:00:01"}


def sockets_in(namespace):
    """TCP's, those that were closed lately as well."""
    listed = subprocess.run(["nsenter", f"--net={netns.NETNS_DIR}/{namespace}", "ss", "-Htan"], check=True,
                            capture_output=True, text=True)
    return len(listed.stdout.splitlines())


class Case(unittest.TestCase):
    def box(self, etcd, *options, **more):
        return self.enterContext(Box(etcd, *options, **more))

    def listener(self, etcd):
        """A socket of the box's that takes connections and never answers."""
        one = self.enterContext(contextlib.closing(netns.run_in(etcd.box, socket.socket)))
        one.bind(("127.0.0.1", 0))
        one.listen()
        return f"http://127.0.0.1:{one.getsockname()[1]}"

    def assert_denied(self, line, *words):
        self.assertEqual(line["what"], "denied", line)
        for word in words:
            self.assertIn(word, line["words"])


class OneMember(Case):
    def test_a_lease_is_granted_kept_and_over(self):
        box = self.box(PLAIN)
        granted = box.ask("grant 1000")
        self.assertEqual((granted["what"], granted["ttl_ms"]), ("granted", 1000))
        lease = granted["lease"]
        self.assertTrue(box.ask(f"keep {lease}")["alive"])
        box.watch(1, start=granted["revision"] + 1)
        done = box.ask(f"put active lag0 0 {lease} {json.dumps(ACTIVE)}")
        self.assertTrue(done["succeeded"])
        self.assertEqual((done["there"]["value"], done["there"]["lease"]), (ACTIVE, lease))
        self.assertEqual(box.told(watch=1, name="lag0")["entry"], done["there"])
        gone = box.told(2, watch=1, name="lag0")
        self.assertIsNone(gone["entry"])
        self.assertGreater(gone["at"], done["revision"])
        self.assertFalse(box.ask(f"keep {lease}")["alive"])
        self.assertEqual(box.ask(f"put active lag0 0 {lease} {json.dumps(ACTIVE)}")["what"], "no lease")
        self.assertEqual(box.ask(f"revoke {lease}")["what"], "revoked")

    def test_a_lease_that_is_revoked_takes_its_keys_along(self):
        box = self.box(PLAIN)
        lease = box.ask("grant 60000")["lease"]
        self.assertTrue(box.ask(f"put active lag5 0 {lease} {json.dumps(ACTIVE)}")["succeeded"])
        self.assertEqual(box.ask(f"revoke {lease}")["what"], "revoked")
        self.assertNotIn("lag5", [entry["name"] for entry in box.ask("read")["entries"]])

    def test_a_transaction_is_won_once(self):
        box = self.box(PLAIN)
        won = box.ask('put want lag1 0 0 {"node":"a"}')
        lost = box.ask('put want lag1 0 0 {"node":"b"}')
        self.assertEqual((won["succeeded"], lost["succeeded"]), (True, False))
        self.assertEqual(lost["there"], won["there"])
        created = won["there"]["created"]
        again = box.ask(f'put want lag1 {created} 0 {{"node":"b"}}')
        self.assertEqual((again["succeeded"], again["there"]["created"]), (True, created))
        self.assertEqual(again["there"]["modified"], again["revision"])
        late = box.ask(f"delete want lag1 {created + 1}")
        self.assertEqual((late["succeeded"], late["there"]), (False, again["there"]))
        gone = box.ask(f"delete want lag1 {created}")
        self.assertEqual((gone["succeeded"], gone["there"]), (True, None))
        self.assertGreater(gone["revision"], again["revision"])
        self.assertIsNone(box.ask(f"delete want lag1 {created}")["there"])

    def test_all_is_read_but_for_what_is_odd(self):
        for key, value in {"lags/lag2/want": ' {"node": "b"}', "lags/lag2/wnat": "", "lags/lag2/identity": "x"}.items():
            PLAIN.ctl("put", f"/lagoon/odd/{key}", value)
        PLAIN.ctl("put", "/lagoon/odder/lags/lag2/want", '{"node": "c"}')
        box = self.box(PLAIN, domain="odd")
        for _ in range(2):
            [entry] = box.ask("read")["entries"]
            self.assertEqual((entry["kind"], entry["value"]), ("want", {"node": "b"}))
        self.assertEqual(len(box.all_told(what="skipped")), 2)
        # (as if it were not there, but nobody is told that there is room)
        failed = box.ask('put identity lag2 0 0 {"system":"8000-02:4c:00:00:00:01","key":1,"mode":"standby"}')
        self.assertEqual(failed["what"], "failed")
        self.assertIn("is not understood", failed["words"])
        PLAIN.ctl("put", "/lagoon/odd/lags/lag2/identity", "y")
        box.ask("read")
        self.assertEqual(len(box.all_told(what="skipped")), 3)

    def test_a_watch_takes_the_place_of_the_one_before(self):
        box = self.box(PLAIN, domain="two")
        revision = box.ask("read")["revision"]
        box.watch(1, start=revision + 1)
        PLAIN.ctl("put", "/lagoon/two/lags/lag0/want", '{"node": "a"}')
        box.told(watch=1, name="lag0")
        box.watch(2, start=revision + 1)
        PLAIN.ctl("put", "/lagoon/two/lags/lag1/want", '{"node": "a"}')
        box.told(watch=2, name="lag1")
        PLAIN.ctl("del", "/lagoon/two/lags/lag1/want")
        self.assertIsNone(box.told(2, watch=2, name="lag1")["entry"])
        self.assertEqual([line["name"] for line in box.all_told(watch=1)], ["lag0"])
        self.assertEqual([line["name"] for line in box.all_told(watch=2)], ["lag0", "lag1", "lag1"])

    def test_a_watch_of_what_is_compacted_ends(self):
        for node in "abc":
            PLAIN.ctl("put", "/lagoon/old/lags/lag0/want", f'{{"node": "{node}"}}')
        PLAIN.compact()
        box = self.box(PLAIN, domain="old")
        box.watch(1, start=1)
        ended = box.told(watch=1)
        self.assertEqual(ended["what"], "ended")
        self.assertIn("is compacted, up to revision", ended["words"])

    def test_a_user_that_is_not_asked_for_does_no_harm(self):
        box = self.box(PLAIN, "user=box", f"password={PASSWORD}")
        self.assertEqual(box.ask("read")["what"], "read")
        box.watch(1)
        PLAIN.ctl("put", f"/lagoon/{DOMAIN}/lags/lag7/want", '{"node": "a"}')
        box.told(watch=1, name="lag7")

    def test_an_endpoint_that_hangs_costs_its_own_requests_alone(self):
        box = self.box(PLAIN, endpoints=[*PLAIN.endpoints, self.listener(PLAIN)])
        hangs = [box.send("read", endpoint=1, deadline_ms=SOON_MS) for _ in range(3)]
        for _ in range(5):
            self.assertEqual(box.ask("grant 2000")["what"], "granted")
        for number in hangs:
            failed = box.told(id=number)
            self.assertEqual(failed["what"], "failed")
            self.assertIn("timed out", failed["words"])
            self.assertIn("http://127.0.0.1:", failed["words"])
        box.watch(1, endpoint=1, start=1)
        ended = box.told(watch=1)
        self.assertEqual(ended["what"], "ended")
        self.assertIn("does not open the watch", ended["words"])
        self.assertEqual(box.ask("read")["what"], "read")

    def test_a_name_that_nobody_knows_costs_its_own_requests_alone(self):
        resolver = self.enterContext(contextlib.closing(
            netns.run_in(PLAIN.box, socket.socket, socket.AF_INET, socket.SOCK_DGRAM)))
        resolver.bind(("127.0.0.1", 53))
        with open(os.path.join(PLAIN.workdir, "resolv.conf"), "w", encoding="ascii") as file:
            file.write("nameserver 127.0.0.1\n")
        box = self.box(PLAIN, endpoints=["http://etcd.example:2379", *PLAIN.endpoints], resolver=file.name)
        begun = time.monotonic()
        number = box.send("read", deadline_ms=SOON_MS)
        self.assertEqual(box.ask("read", endpoint=1)["what"], "read")
        self.assertEqual(box.told(id=number)["what"], "failed")
        self.assertEqual(box.ask("read", endpoint=1)["what"], "read")
        # (who waits for the thread that looks it up waits for 10 s)
        self.assertLess(time.monotonic() - begun, 5)

    def test_requests_are_bounded_and_connections_are_kept(self):
        box = self.box(PLAIN, endpoints=[self.listener(PLAIN), *PLAIN.endpoints])
        numbers = [box.send("read", deadline_ms=SOON_MS) for _ in range(140)]
        words = [box.told(id=number)["words"] for number in numbers]
        self.assertEqual(sum("more than 134 requests" in each for each in words), 6)
        self.assertEqual(box.ask("read", endpoint=1)["what"], "read")
        before = sockets_in(PLAIN.box)
        for _ in range(20):
            self.assertEqual(box.ask("grant 2000", endpoint=1)["what"], "granted")
        self.assertLess(sockets_in(PLAIN.box), before + 5)

    def test_no_token_comes_from_an_endpoint_that_hangs(self):
        box = self.box(PLAIN, "user=box", f"password={PASSWORD}", endpoints=[self.listener(PLAIN), *PLAIN.endpoints])
        slow = box.send("read", deadline_ms=GENEROUS_MS)
        # (it waits for the same token, and not as long)
        failed = box.ask("read", deadline_ms=SOON_MS)
        self.assertEqual(failed["what"], "failed")
        self.assertIn("no token in time", failed["words"])
        self.assertEqual(box.ask("read", endpoint=1)["what"], "read")
        self.assertEqual(box.all_told(id=slow), [])
        box.watch(1, start=1)
        self.assertIn("no token", box.told(watch=1)["words"])

    def test_who_is_no_etcd_is_not_believed(self):
        class Stranger(http.server.BaseHTTPRequestHandler):
            bodies = {"/v3/kv/range": (200, b" " * (5 << 20)), "/v3/lease/grant": (302, b""),
                      "/v3/lease/revoke": (200, b"{}")}

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                status, body = self.bodies.get(self.path, (404, b"no such page"))
                with contextlib.suppress(OSError):
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(body)))
                    self.send_header("Location", PLAIN.endpoints[0] + self.path)
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = self.enterContext(netns.run_in(PLAIN.box, http.server.ThreadingHTTPServer, ("127.0.0.1", 0), Stranger))
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        self.addCleanup(serving.join)
        self.addCleanup(server.shutdown)
        box = self.box(PLAIN, endpoints=[f"http://127.0.0.1:{server.server_address[1]}"])
        for order, words in {"read": "longer than 4194304 octets", "grant 2000": "HTTP says 302",
                             "revoke 7": "not understood", "keep 7": "HTTP says 404 no such page"}.items():
            failed = box.ask(order)
            self.assertEqual(failed["what"], "failed")
            self.assertIn(words, failed["words"])
        box.watch(1, start=1)
        self.assertIn("HTTP says 404", box.told(watch=1)["words"])

    def test_what_can_not_be_an_endpoint_is_refused(self):
        for wrong, words in {"10.0.0.1:2379": "is not like http", "ftp://10.0.0.1": "is not like http",
                             "http://a@b": "is not like http", "http://": "is not like http"}.items():
            self.assertIn(words, self.box(PLAIN, endpoints=[wrong]).told(what="not opened")["words"])
        self.assertIn("can't be read", self.box(PLAIN, "ca=no/such/file").told(what="not opened")["words"])


class ThreeMembers(Case):
    def test_a_member_that_is_cut_off_answers_nothing_and_ends_its_watches(self):
        leader = THREE.leader()
        cut = next(member for member in THREE.members if member is not leader)
        at, other = THREE.members.index(cut), THREE.members.index(leader)
        box = self.box(THREE)
        box.watch(1, endpoint=at)
        self.assertTrue(box.ask('put want lag0 0 0 {"node":"a"}', endpoint=other)["succeeded"])
        box.told(watch=1, name="lag0")
        self.addCleanup(THREE.await_health)
        self.addCleanup(THREE.heal)
        THREE.cut(cut, [member for member in THREE.members if member is not cut])
        failed = box.ask("read", endpoint=at, deadline_ms=SOON_MS)
        self.assertEqual(failed["what"], "failed")
        self.assertIn("timed out", failed["words"])
        ended = box.told(watch=1, what="ended")
        self.assertIn("no leader", ended["words"])
        self.assertEqual(box.ask("read", endpoint=other)["what"], "read")
        box.watch(2, endpoint=at, start=1)
        self.assertIn("no leader", box.told(watch=2, what="ended")["words"])
        THREE.heal()
        until(lambda: box.ask("read", endpoint=at, deadline_ms=SOON_MS)["what"], lambda what: what == "read")
        box.watch(3, endpoint=at)
        self.assertTrue(box.ask('put want lag1 0 0 {"node":"a"}', endpoint=other)["succeeded"])
        box.told(watch=3, name="lag1")

    def test_a_leader_that_stands_is_replaced(self):
        leader = THREE.leader()
        other = next(i for i, member in enumerate(THREE.members) if member is not leader)
        box = self.box(THREE)
        self.assertEqual(box.ask("grant 2000", endpoint=THREE.members.index(leader))["what"], "granted")
        self.addCleanup(THREE.await_health)
        self.addCleanup(THREE.resume, leader)
        THREE.pause(leader)
        # a connection that was in use, and one that is new
        failed = box.ask("grant 2000", endpoint=THREE.members.index(leader), deadline_ms=SOON_MS)
        self.assertEqual(failed["what"], "failed")
        granted = until(lambda: box.ask("grant 2000", endpoint=other, deadline_ms=SOON_MS)["what"],
                        lambda what: what == "granted")
        self.assertEqual(granted, "granted")

    def test_a_restored_snapshot_shows_an_older_revision(self):
        box = self.box(THREE)
        before = box.ask("read")["revision"]
        snapshot = THREE.save()
        self.assertTrue(box.ask('put want lag2 0 0 {"node":"a"}')["succeeded"])
        box.watch(1, start=before)
        box.told(watch=1, name="lag2")
        THREE.restore(snapshot)
        self.assertEqual(box.told(watch=1, what="ended")["what"], "ended")
        # (connections that were kept are those of the past)
        self.assertLessEqual(box.ask("read")["revision"], before)


class Users(Case):
    def test_the_right_password_opens_what_is_ours(self):
        box = self.box(USERS, "user=box", f"password={PASSWORD}")
        numbers = [box.send("read") for _ in range(8)]
        self.assertEqual({box.told(id=number)["what"] for number in numbers}, {"read"})
        self.assertTrue(box.ask('put want lag0 0 0 {"node":"a"}')["succeeded"])
        box.watch(1)
        USERS.ctl("put", f"/lagoon/{DOMAIN}/lags/lag1/want", '{"node": "a"}')
        box.told(watch=1, name="lag1")

    def test_who_is_not_let_in_is_told_why(self):
        others = self.box(USERS, "user=box", f"password={PASSWORD}", domain="rack8")
        self.assert_denied(others.ask("read"), "permission denied", USERS.endpoints[0])
        others.watch(1, start=1)
        self.assertIn("permission denied", others.told(watch=1)["words"])
        wrong = self.box(USERS, "user=box", "password=wrong")
        numbers = [wrong.send("read") for _ in range(3)]
        for number in numbers:
            self.assert_denied(wrong.told(id=number), "authentication failed", USERS.endpoints[0])
        self.assert_denied(self.box(USERS).ask("read"), "wants a user and a password")

    def test_a_token_that_is_over_is_got_anew(self):
        box = self.box(USERS, "user=box", f"password={PASSWORD}")
        self.assertEqual(box.ask("read")["what"], "read")
        USERS.forget_tokens("box", PASSWORD)
        numbers = [box.send("read") for _ in range(8)]
        self.assertEqual({box.told(id=number)["what"] for number in numbers}, {"read"})
        USERS.forget_tokens("box", PASSWORD)
        box.watch(1, start=1)
        self.assertIn("invalid auth token", box.told(watch=1)["words"])
        box.watch(2, start=1)
        self.assertIn("no token yet", box.told(watch=2)["words"])
        self.assertEqual(box.ask("read")["what"], "read")
        box.watch(3)
        USERS.ctl("put", f"/lagoon/{DOMAIN}/lags/lag3/want", '{"node": "a"}')
        box.told(watch=3, name="lag3")


class Certificates(Case):
    def options(self, authority, who):
        certificate, key = who
        return f"ca={authority.certificate}", f"cert={certificate}", f"key={key}"

    def test_those_that_are_right_are_taken(self):
        box = self.box(TLS, *self.options(TRUSTED, TRUSTED.issue("box")))
        self.assertEqual(box.ask("grant 2000")["what"], "granted")
        box.watch(1)
        self.assertTrue(box.ask('put want lag0 0 0 {"node":"a"}')["succeeded"])
        box.told(watch=1, name="lag0")

    def test_those_that_are_not_are_denied(self):
        ours = TRUSTED.issue("other")
        self.assert_denied(self.box(TLS, *self.options(STRANGE, ours)).ask("read"), "certificate", TLS.endpoints[0])
        self.assert_denied(self.box(TLS, f"ca={TRUSTED.certificate}").ask("read"), "certificate", TLS.endpoints[0])
        theirs = STRANGE.issue("thief")
        self.assert_denied(self.box(TLS, *self.options(TRUSTED, theirs)).ask("read"), "certificate", TLS.endpoints[0])
        mixed = ours[0], theirs[1]
        self.assert_denied(self.box(TLS, *self.options(TRUSTED, mixed)).ask("read"), TLS.endpoints[0])

    def test_a_server_with_another_name_is_denied(self):
        server = self.enterContext(contextlib.closing(netns.run_in(TLS.box, socket.socket)))
        server.bind(("127.0.0.1", 0))
        server.listen()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*TRUSTED.issue("elsewhere", ["10.0.0.9"]))

        def serve():
            with contextlib.suppress(OSError):
                context.wrap_socket(server.accept()[0], server_side=True).close()

        serving = threading.Thread(target=serve)
        serving.start()
        self.addCleanup(serving.join)
        box = self.box(TLS, *self.options(TRUSTED, TRUSTED.issue("third")),
                       endpoints=[f"https://127.0.0.1:{server.getsockname()[1]}"])
        self.assert_denied(box.ask("read"), "127.0.0.1")
        plain = self.box(TLS, endpoints=[TLS.endpoints[0].replace("https", "http")]).ask("read")
        self.assertEqual(plain["what"], "failed")


def set_up(stack):
    global PLAIN, THREE, USERS, TLS, TRUSTED, STRANGE
    made = Members(1, ELECTION_MS)
    TRUSTED, STRANGE = (Authority(os.path.join(made.workdir, name)) for name in ("trusted", "strange"))
    all_of_them = [made, Members(3, ELECTION_MS), Members(1, ELECTION_MS), Members(1, ELECTION_MS, TRUSTED, True)]
    for each in all_of_them:
        stack.callback(each.close)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        PLAIN, THREE, USERS, TLS = pool.map(Members.__enter__, all_of_them)
    USERS.require_users("root", {"box": (PASSWORD, f"/lagoon/{DOMAIN}/")})


def setUpModule():
    with contextlib.ExitStack() as stack:
        set_up(stack)
        unittest.addModuleCleanup(stack.pop_all().close)


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("network namespaces take root")
        sys.exit(1 if os.environ.get("CI") == "true" else SKIP)
    Box.client = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
