"""Which links come together: 802.1AX-2014 6.3, 6.4.12 (port_moved), 6.4.14, 6.4.15."""

from lab import octets
from lab.conformance import check
from lab.octets import AGGREGATION, COLLECTING, DISTRIBUTING, EXPIRED, SYNCHRONIZATION, UP


def one_of_two(lab, first, second):
    """Exactly one of two unlike links distributes, and stays."""
    check(lab.until(lambda: lab.distributing(0) or lab.distributing(1), 8), "no link distributes")
    used, other = (first, second) if first.last.actor.has(DISTRIBUTING) else (second, first)
    for _ in range(20):
        lab.run(0.25)
        check(used.last.actor.has(DISTRIBUTING), "the link in use left")
        check(not other.last.actor.state & (SYNCHRONIZATION | COLLECTING | DISTRIBUTING), "the odd link came in sync")
    member = lab.member(lab.wires.index(other.wire))
    check(member["lacp"]["selected"] == "UNSELECTED" and not member["collecting"], f"the odd link: {member}")
    return used, other


def case_partner_keys_differ(lab):
    """Links with different Partner keys have different LAG IDs and never share the Aggregator (6.3.6, 6.4.14)."""
    lab.start(links=2)
    one_of_two(lab, lab.partner(0), lab.partner(1, key=8))


UNEQUAL = {"speeds": ("10G", "1G"), "lag": {"unequal-speed": True}}


def case_unequal_links_aggregate_when_the_partner_lets_them(lab):
    """With unequal-speed the speed is not in the key, so that links of different speed are one LAG (6.3.5)."""
    lab.start(links=2, **UNEQUAL)
    pair = [lab.partner(0), lab.partner(1)]
    lab.converge(0, 1)
    check(pair[0].last.actor.key == pair[1].last.actor.key, f"keys: {[p.last.actor for p in pair]}")
    buckets = [m["buckets"] for m in lab.status()["members"]]
    check(9.9 < buckets[0] / buckets[1] < 10.1, f"buckets are not shared out by speed: {buckets}")
    check("unequal_speed" not in kinds(lab), "a warning of nothing")


def case_unequal_links_are_apart_by_themselves(lab):
    """Without it each speed has a key of its own, and only links of one of them are used."""
    lab.start(links=2, speeds=UNEQUAL["speeds"])
    used, other = one_of_two(lab, lab.partner(0), lab.partner(1))
    check(used.last.actor.key != other.last.actor.key, "one key for two speeds")


def case_partner_tells_unequal_links_apart(lab):
    """A Partner with a key for each speed keeps them apart all the same; the journal and the view say so."""
    lab.start(links=2, **UNEQUAL)
    used, other = one_of_two(lab, lab.partner(0), lab.partner(1, key=8))
    left_out = lab.wires.index(other.wire)
    events = [e for e in lab.ask("/lagoon/events,lag0").values() if e["kind"] == "unequal_speed"]
    # (until one is in use, the other may be the one that is left out, if it is heard later)
    check(events and {(e["to"], e["why"]) for e in events} == {("left_out", "partner_keys_differ")}, f"events: {events}")
    check(events[-1]["member"] == lab.member(left_out)["name"], f"the last one left out: {events}")
    words = f"the Partner tells its ports apart by speed (key {other.info.key}, in use is {used.info.key})"
    check(words in lab.ask("/lagoon/view,lag0,table"), "the view does not say why")


def kinds(lab):
    return {e["kind"] for e in lab.ask("/lagoon/events,lag0").values()}


def case_partner_systems_differ(lab):
    """Links to two Systems never share the Aggregator; when one ends, the other gets it (6.4.14)."""
    lab.start(links=2)
    used, other = one_of_two(lab, lab.partner(0), lab.partner(1, system=bytes.fromhex("02fe00000002")))
    used.wire.set_carrier(False)
    lab.partners.remove(used)
    lab.converge(lab.wires.index(other.wire))


def case_partner_key_changes(lab):
    """A link whose Partner takes another key leaves at once, and comes back with the key (6.4.12, 6.4.14)."""
    first, second = lab.start(links=2).partner(0), lab.partner(1)
    lab.settle(0, 1)
    second.set(key=9)
    check(lab.until(lambda: not second.last.actor.has(DISTRIBUTING), 1), "it still distributes")
    lab.run(2)
    check(first.last.actor.has(DISTRIBUTING), "the other link left as well")
    second.set(key=7)
    lab.converge(0, 1)


def case_individual_partner_joins_nobody(lab):
    """A Partner with Aggregation 0 is Individual: its link never shares the Aggregator (6.4.14.1)."""
    lab.start(links=2)
    one_of_two(lab, lab.partner(0), lab.partner(1, state=UP & ~AGGREGATION))


def case_individual_partners_do_not_come_together(lab):
    """Nor do two Individual links of the same Partner."""
    lab.start(links=2)
    one_of_two(lab, lab.partner(0, state=UP & ~AGGREGATION), lab.partner(1, state=UP & ~AGGREGATION))


def case_individual_link_alone(lab):
    """An Individual link by itself attaches and carries frames (6.3.5)."""
    partner = lab.start(links=1).partner(0, state=UP & ~AGGREGATION)
    lab.converge(0)
    check(partner.last.actor.has(SYNCHRONIZATION), "out of sync")


def case_port_moved(lab):
    """A Partner's port that was on another link is believed on its new one (6.4.12, port_moved)."""
    first, second = lab.start(links=2).partner(0), lab.partner(1)
    lab.converge(0, 1)
    # Both cables are pulled, and plugged in the other way round.
    first.wire.set_carrier(False)
    second.wire.set_carrier(False)
    lab.run(0.5)
    check(lab.status()["distributing_members"] == 0, "links without carrier distribute")
    first.info, second.info = second.info, first.info
    first.wire.set_carrier(True)
    second.wire.set_carrier(True)
    lab.converge(0, 1)
    check([lab.member(link)["lacp"]["partner"]["port_number"] for link in (0, 1)] == [2, 1], "the Partner's port numbers")


def case_port_moved_while_the_old_link_is_down(lab):
    """The same port turns up on a link that was never up, its old link stays down (6.4.12)."""
    first = lab.start(links=2).partner(0)
    lab.wires[1].set_carrier(False)
    lab.converge(0)
    first.wire.set_carrier(False)
    lab.run(0.3)
    lab.partners.clear()
    lab.wires[1].set_carrier(True)
    moved = lab.partner(1, port=1)
    lab.converge(1)
    check(moved.last.partner.port == 1, "the Partner's port number")


def case_a_link_that_is_a_loop(lab):
    """Frames of our own System are no Partner's: a looped link never distributes, and says why."""
    lab.start(links=1)
    wire = lab.wires[0]
    reflected = 0

    def reflect():
        nonlocal reflected
        while reflected < len(wire.frames):
            wire.send(wire.frames[reflected][1])
            reflected += 1
        return False

    lab.until(reflect, 7)
    check(reflected >= 5, "there was nothing to reflect")
    member = lab.member(0)
    check(not member["distributing"] and not member["collecting"], f"a loop is used: {member}")
    check(member["lacp"]["unselected_reason"] == "looped", f"the reason: {member['lacp']['unselected_reason']}")
    check(not any(f[32] & (COLLECTING | DISTRIBUTING) for _, f in wire.frames if f[12:15] == b"\x88\x09\x01"),
          "it said Collecting to itself")


def case_a_link_that_becomes_a_loop(lab):
    """The same after the link was up with a Partner: it stops within Short_Timeout_Time."""
    partner = lab.start(links=1).partner(0)
    lab.converge(0)
    wire = lab.wires[0]
    lab.partners.clear()
    reflected = len(wire.frames)

    def reflect():
        nonlocal reflected
        while reflected < len(wire.frames):
            wire.send(wire.frames[reflected][1])
            reflected += 1
        return not lab.member(0)["distributing"]

    check(lab.until(reflect, 4), "it distributes into a loop")
    lab.until(lambda: reflect() and False, 4)
    check(not lab.member(0)["collecting"], "it collects from a loop")
    lab.partners.append(partner)
    lab.converge(0)


def case_partner_out_of_sync(lab):
    """A Partner that clears Synchronization ends Collecting and Distributing at once (6.4.15)."""
    first, second = lab.start(links=2).partner(0), lab.partner(1)
    lab.settle(0, 1)
    second.set(state=UP & ~(SYNCHRONIZATION | COLLECTING | DISTRIBUTING))
    check(lab.until(lambda: not second.last.actor.state & (COLLECTING | DISTRIBUTING), 0.5), "it goes on")
    check(second.last.actor.has(SYNCHRONIZATION), "the Actor itself is still in sync")
    check(first.last.actor.has(DISTRIBUTING), "the other link left as well")
    second.set(state=UP)
    check(lab.until(lambda: second.last.actor.has(DISTRIBUTING), 1), "it does not come back at once")


def case_partner_that_does_not_collect(lab):
    """With independent control, Collecting does not wait for the Partner, Distributing does (6.4.15)."""
    partner = lab.start(links=1).partner(0, state=UP & ~(COLLECTING | DISTRIBUTING))
    check(lab.until(lambda: partner.received and partner.last.actor.has(COLLECTING), 5), "it does not collect")
    lab.run(2)
    check(not any(pdu.actor.has(DISTRIBUTING) for pdu in partner.received), "it distributes to one that does not collect")
    lab.run(1.1)
    partner.set(state=UP & ~DISTRIBUTING)
    check(lab.until(lambda: partner.last.actor.has(DISTRIBUTING), 0.5), "it does not distribute")


def case_coupled_control(lab):
    """With coupled control, Collecting and Distributing begin and end together, when the Partner is in sync
    (6.4.15); frames still wait until it collects."""
    partner = lab.start(links=1, mux="coupled").partner(0, state=UP & ~(COLLECTING | DISTRIBUTING))
    both = COLLECTING | DISTRIBUTING
    check(lab.until(lambda: partner.received and partner.last.actor.has(both), 5), "it does not begin")
    check(not lab.member(0)["distributing"], "frames are sent to one that does not collect")
    partner.set(state=UP)
    lab.converge(0)
    check(all(pdu.actor.state & both in (0, both) for pdu in partner.received), "one without the other")


def case_partner_says_expired(lab):
    """A Partner that says Expired does not hear us: nothing is distributed on that link, though it says in the
    same octet that it collects (docs/lacp.md tells why this goes beyond 6.4.15)."""
    first, second = lab.start(links=2).partner(0), lab.partner(1)
    lab.settle(0, 1)
    second.set(state=UP | EXPIRED)
    check(lab.until(lambda: not second.last.actor.has(DISTRIBUTING), 0.5), "it goes on distributing")
    check(lab.until(lambda: lab.status()["members"][1]["buckets"] == 0, 0.5), "buckets are left on that link")
    check(first.last.actor.has(DISTRIBUTING), "the other link left as well")
    second.set(state=UP)
    check(lab.until(lambda: second.last.actor.has(DISTRIBUTING), 4), "it does not come back")


def case_carrier_loss_and_return(lab):
    """A link that loses its carrier distributes nothing at once and comes back when it returns (6.4.12)."""
    lab.start(links=2).partner(0)
    second = lab.partner(1)
    lab.converge(0, 1)
    second.wire.set_carrier(False)
    check(lab.until(lambda: lab.status()["distributing_members"] == 1, 0.3), "it still counts")
    second.wire.set_carrier(True)
    lab.converge(0, 1)


def case_actor_and_partner_information(lab):
    """The Partner Information of each LACPDU is what the Partner said (6.4.2.3, recordPDU in 6.4.9); ports of
    one System have its System ID and key, and numbers of their own."""
    lab.start(links=2, **{"system-priority": 1234, "key": 77})
    pair = [lab.partner(0, port=300, port_priority=5), lab.partner(1, port=301, port_priority=6)]
    lab.converge(0, 1)
    for partner in pair:
        check(partner.last.partner.without_state() == partner.info.without_state(), f"echoed: {partner.last.partner}")
        check(partner.last.actor.system_priority == 1234 and partner.last.actor.key == 77, f"Actor: {partner.last.actor}")
        check(partner.last.source == partner.wire.our_mac, "the source is not the port's address")
    actors = [partner.last.actor for partner in pair]
    check(actors[0].system == actors[1].system, "two Systems")
    check(actors[0].port != actors[1].port, "one port number for two ports")
    shown = lab.member(0)["lacp"]["partner"]
    check((shown["key"], shown["port_number"], shown["system"]) ==
          (7, 300, "02:fe:00:00:00:01"), f"status: {shown}")
    check(octets.replace(actors[0], port=0, port_priority=0) == octets.replace(actors[1], port=0, port_priority=0),
          "unlike ports")
