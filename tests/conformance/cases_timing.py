"""When lagoond speaks and when it stops believing: 802.1AX-2014 6.4.4, 6.4.12, 6.4.13, 6.4.16."""

import functools

from lab import octets
from lab.conformance import check
from lab.octets import (ACTIVITY, DEFAULTED, DISTRIBUTING, EXPIRED, SYNCHRONIZATION, TIMEOUT, UP)


def gaps(pdus):
    return [round(b.at - a.at, 3) for a, b in zip(pdus, pdus[1:])]


def case_fast_periodic_interval(lab):
    """A Partner that asks for the short timeout gets a LACPDU each Fast_Periodic_Time, 1 s (6.4.13)."""
    partner = lab.start(links=1).partner(0)
    lab.converge(0)
    lab.run(1)
    begin = partner.last.at
    lab.run(8.2)
    found = gaps(partner.since(begin))
    check(7 <= len(found) <= 9 and all(0.75 <= gap <= 1.25 for gap in found), f"gaps {found}")


def case_slow_periodic_interval(lab):
    """A Partner that asks for the long timeout gets a LACPDU each Slow_Periodic_Time, 30 s (6.4.13)."""
    partner = lab.start(links=1).partner(0, state=UP & ~TIMEOUT)
    lab.converge(0)
    lab.run(1.5)
    begin = partner.last.at
    lab.run(61)
    found = partner.since(begin + 0.001)
    check(len(found) == 2, f"{len(found)} LACPDUs in 61 s")
    check(29 <= gaps(found)[0] <= 31, f"gaps {gaps(found)}")


def case_change_of_the_partners_timeout(lab):
    """When a slow Partner asks for the short timeout, the next LACPDU does not wait for 30 s (6.4.13)."""
    partner = lab.start(links=1).partner(0, state=UP & ~TIMEOUT)
    lab.converge(0)
    lab.run(4)
    check(partner.since(partner.last.at + 0.001) == [], "a LACPDU came where none was due")
    begin = partner.last.at
    partner.set(state=UP)
    lab.run(5.2)
    check(4 <= len(partner.since(begin + 0.001)) <= 7, f"{len(partner.since(begin + 0.001))} LACPDUs in 5 s")


def case_sonic_retry_count(lab):
    """An LACPDU of version 0xf1 is answered by one, and its sender is waited for through the 5 periods that it asks for (SONiC's)."""
    partner = lab.start(links=1).partner(0)
    lab.converge(0)
    lab.run(1.5)
    partner.encode = functools.partial(octets.lacpdu, version=0xf1, more=octets.retry_counts(5, 3))
    lab.retries = True
    begin = partner.last.at
    partner.due_now = True
    check(lab.until(lambda: partner.last.at > begin and partner.last.octets[15] == 0xf1, 2), "no answer of version 0xf1")
    check(partner.last.octets[72:80] == octets.retry_counts(3, 5), f"it says {partner.last.octets[72:80].hex()}")
    partner.period = None
    said_at = partner.said_at
    check(lab.until(lambda: partner.last.actor.has(EXPIRED), 8), "it never said Expired")
    check(4.8 <= partner.last.at - said_at <= 5.4, f"Expired after {partner.last.at - said_at:.3f} s")


def case_current_while_runs_out_after_three_seconds(lab):
    """With the short timeout a silent Partner is Expired after 3 s and Defaulted 3 s later; nothing is
    distributed from the first on (6.4.12, Short_Timeout_Time)."""
    partner = lab.start(links=1).partner(0)
    lab.converge(0)
    lab.run(2)
    partner.period = None
    said_at = partner.said_at
    check(lab.until(lambda: partner.last.actor.has(EXPIRED), 5), "it never said Expired")
    expired = partner.last
    check(2.8 <= expired.at - said_at <= 3.4, f"Expired after {expired.at - said_at:.3f} s")
    check(not expired.actor.has(DISTRIBUTING), "it distributes to a Partner that is Expired")
    check(not expired.partner.has(SYNCHRONIZATION), "it holds an Expired Partner for in sync")
    check(expired.partner.has(TIMEOUT), "an Expired Partner is taken to want the short timeout")
    check(lab.until(lambda: partner.last.actor.has(DEFAULTED), 5), "it never said Defaulted")
    check(2.8 <= partner.last.at - expired.at <= 3.4, f"Defaulted {partner.last.at - expired.at:.3f} s after Expired")
    check(not partner.last.actor.has(EXPIRED), "Expired and Defaulted at once")
    check(lab.member(0)["lacp"]["counters"]["expirations"] >= 1, "no expiration is counted")


def case_long_timeout_outlives_ten_seconds_of_silence(lab):
    """With `rate: slow` the Actor asks for the long timeout and believes in it (6.4.4, Long_Timeout_Time)."""
    partner = lab.start(links=1, rate="slow").partner(0)
    lab.converge(0)
    lab.run(1)
    check(not partner.last.actor.has(TIMEOUT), "the Timeout bit is set")
    partner.period = None
    lab.run(10)
    check(lab.distributing(0), "it stopped though 90 s have not passed")


def case_silent_partner_is_asked_each_second(lab):
    """Without a Partner an active Actor goes on at the fast rate: the default Partner wants it (6.4.13)."""
    partner = lab.start(links=1).partner(0)
    partner.period = None
    lab.run(4)
    begin = partner.last.at
    lab.run(8.2)
    found = gaps(partner.since(begin))
    check(7 <= len(found) <= 9 and all(0.75 <= gap <= 1.25 for gap in found), f"gaps {found}")
    check(partner.last.actor.has(DEFAULTED), "Defaulted is not said")
    check(lab.member(0)["lacp"]["receive_state"] == "DEFAULTED", "receive state")


def case_partner_that_fell_back_to_30_s_is_found_at_once(lab):
    """After a silence of both sides the first LACPDU of the Partner brings the link back within 5 s."""
    partner = lab.start(links=1).partner(0)
    lab.converge(0)
    partner.period = None
    check(lab.until(lambda: partner.last.actor.has(DEFAULTED), 9), "it never said Defaulted")
    partner.period = 1.0
    lab.converge(0, seconds=5)


def case_three_lacpdus_in_a_second_at_most(lab):
    """However often the Partner's view of the Actor is wrong, 3 LACPDUs leave in one Fast_Periodic_Time; what
    must wait is sent later, and the last state always (6.4.16)."""
    partner = lab.start(links=1).partner(0)
    lab.converge(0)
    lab.run(1.5)
    begin = partner.last.at
    true_view = partner.partner
    partner.echo = False
    began = lab.now()
    for turn in range(200):
        # Our Partner Information is wrong each time, so that update_NTT (6.4.9) wants an answer.
        partner.partner = octets.replace(true_view, state=true_view.state ^ (ACTIVITY if turn % 2 else TIMEOUT))
        partner.say()
        lab.run(0.02)
    found = partner.since(begin + 0.001)
    seconds = lab.now() - began  # (4, and more where the machine has other work to do)
    check(9 <= len(found) <= 3 * (seconds + 1), f"{len(found)} LACPDUs in {seconds:.1f} s of provocation")
    partner.echo = True
    partner.partner = true_view
    partner.set(state=UP & ~SYNCHRONIZATION)
    check(lab.until(lambda: not partner.last.actor.has(DISTRIBUTING), 1.5), "the last state was not sent")


def case_converges_within_three_seconds(lab):
    """From the first LACPDU of a Partner that waits for nothing to Distributing: Aggregate_Wait_Time, 2 s, and
    a little (6.4.4, 6.4.15)."""
    partner = lab.start(links=2).partner(0)
    other = lab.partner(1)
    begin = lab.now()
    lab.converge(0, 1, seconds=3)
    both = [next(pdu.at for pdu in p.received if pdu.actor.has(DISTRIBUTING)) - begin for p in (partner, other)]
    check(all(t <= 2.9 for t in both), f"Distributing after {both} s")


def case_passive_and_silent(lab):
    """Two passive ends say nothing to each other (6.4.13, NO_PERIODIC); a passive one answers an active one."""
    partner = lab.start(links=1, activity="passive").partner(0)
    partner.period = None
    lab.run(5)
    check(partner.received == [], f"{len(partner.received)} LACPDUs of a passive port")
    partner.period = 1.0
    lab.converge(0)
    check(not partner.last.actor.has(ACTIVITY), "the Activity bit is set")
    lab.run(2)
    begin = partner.last.at
    lab.run(3.2)
    check(len(partner.since(begin)) >= 3, "it does not speak to an active Partner")


def goes_on_for_half_a_minute(lab):
    """The Partner never sees a LACPDU that says other than Distributing, nor waits long enough to doubt."""
    partners = lab.partners
    lab.converge(0, 1)
    lab.run(1.5)
    begin = lab.now()
    lab.run(30)
    for partner in partners:
        heard = partner.since(begin)
        check(all(pdu.actor.has(DISTRIBUTING) for pdu in heard), f"{partner.wire.name}: it stopped to distribute")
        check(len(heard) >= 25 and max(gaps(heard)) < 2.5, f"{partner.wire.name}: {len(heard)} LACPDUs, gaps {gaps(heard)}")
    check(lab.distributing(0, 1), "it does not distribute")


def case_goes_on_while_the_worker_is_saturated(lab):
    """LACP does not wait behind data: 64-octet frames at the most the machine can make, for 30 s."""
    lab.start(links=2, flood=True)
    for link in (0, 1):
        lab.partner(link)
    goes_on_for_half_a_minute(lab)
    sent = sum(member["traffic"]["tx_packets"] for member in lab.status()["members"])
    check(sent > 100_000, f"only {sent} frames were sent: that was no load")


def case_goes_on_without_any_traffic(lab):
    """LACP does not depend on traffic either: workers that find nothing for 30 s, and poll on all the while."""
    lab.start(links=2, idle="busy")
    for link in (0, 1):
        lab.partner(link)
    goes_on_for_half_a_minute(lab)
