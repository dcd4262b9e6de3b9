#!/usr/bin/python3
"""The demonstration: lagoond and a real partner with links between them, traffic through the LAG, cables pulled.

usage: demo.py --build DIR [--links N] [--seconds S] [--partner NAME] [--user NAME] [--tap] [--report FILE]
               [--rootless [--capture FILE]]
       demo.py --build DIR --cluster [--partner ovs|linux] [--report FILE]
"""

import argparse
import json
import os
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import cluster_demo  # noqa: E402
import cluster_verdict  # noqa: E402
import rootless  # noqa: E402
import verdict  # noqa: E402
from hosts import Hosts  # noqa: E402
from live import LiveView  # noqa: E402
from scenario import Scenario  # noqa: E402
from stage import partners  # noqa: E402
from stage.as_user import AsUser  # noqa: E402
from stage.etcd import EtcdError  # noqa: E402
from stage.lagoond import Lagoond, LagoondError  # noqa: E402
from stage.partner import PartnerError  # noqa: E402
from stage.stage import Stage  # noqa: E402
from stage.telemetry import TelemetryError  # noqa: E402

TAP = "host0"
PARTNERS = {"linux": "the Linux kernel's bonding driver", "ovs": "Open vSwitch", "team": "the kernel's team driver",
            "net_bonding": "DPDK's net_bonding", "lagoon": "a second lagoond"}
CLUSTER_PARTNERS = ("ovs", "linux")


def arguments(words=None):
    """`words`: instead of the command line's."""
    parser = argparse.ArgumentParser(prog="lagoon.sh demo", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--build", required=True, help="the build folder")
    parser.add_argument("--links", type=int, default=3, help="links between the two ends, 2 to 8 (3)")
    parser.add_argument("--seconds", type=float, default=30, help="how long traffic flows, at least 28 (30)")
    parser.add_argument("--partner", choices=sorted(PARTNERS), help="(linux; with --cluster ovs)")
    parser.add_argument("--blackhole", choices=("both", "to-partner", "from-partner"), default="both",
                        help="the direction whose frames vanish (both)")
    parser.add_argument("--idle", choices=("relax", "busy"), default="relax",
                        help="what lagoond's lcores do when they find nothing (relax)")
    parser.add_argument("--user", metavar="NAME",
                        help="lagoond is that user's, with the capabilities NET_ADMIN and NET_RAW alone (root's)")
    parser.add_argument("--tap", action="store_true",
                        help="the host behind lagoond is a kernel, by a tap (a host behind an interface)")
    parser.add_argument("--report", help="write the report there, as JSON")
    parser.add_argument("--rootless", action="store_true", help="two LAGs in one process; needs no privileges")
    parser.add_argument("--cluster", action="store_true",
                        help="two lagoonds that have one LAG, with three etcds; the Partner is ovs or linux (takes a minute)")
    parser.add_argument("--capture", help="with --rootless: play this capture file (one of our own)")
    options = parser.parse_args(words)
    if options.cluster:
        options.partner = options.partner or "ovs"
        if options.rootless:
            parser.error("--cluster takes root: it makes network namespaces")
        if options.partner not in CLUSTER_PARTNERS:
            parser.error(f"--cluster goes with --partner {' or '.join(CLUSTER_PARTNERS)}")
        if options.user or options.tap or options.capture:
            parser.error("--user, --tap and --capture go without --cluster")
    options.partner = options.partner or "linux"
    if not 2 <= options.links <= 8:
        parser.error("--links is 2 to 8: one link is pulled, and the others take over")
    if options.rootless and options.blackhole != "both":
        parser.error("a link inside the process loses both directions")
    if options.rootless and (options.user or options.tap):
        parser.error("--user and --tap go without --rootless, whose lagoond is yours and has no interface of the kernel")
    if options.capture and not options.rootless:
        parser.error("--capture goes with --rootless; elsewhere the kernels of two hosts talk")
    return options


def binaries_in(build):
    app = os.path.join(os.path.abspath(build), "app")
    return {"lagoond": os.path.join(app, "lagoond"),
            "console": os.path.join(app, "console", "lagoon-console"),
            "traffic": os.path.join(app, "demo", "traffic", "lagoon-traffic"),
            "feed": os.path.join(app, "demo", "feed", "lagoon-feed")}


def user_of(options, stage, lagoond):
    if options.user is None:
        return None
    try:
        user = AsUser(options.user, stage.path("run"))
    except LookupError as error:
        raise LagoondError(str(error)) from error
    if not user.may_run(lagoond):
        raise LagoondError(f"the user '{options.user}' may not run {lagoond}: give others leave to read and pass its "
                           "folders, or build elsewhere")
    os.environ["RUNTIME_DIRECTORY"] = user.folder  # where lagoond is asked
    os.chmod(stage.workdir, 0o711)
    return user


def run_on_stage(options, binaries):
    view = LiveView(f"lagoond with {PARTNERS[options.partner]}", options.seconds + 12)
    extra = {"binary": binaries["lagoond"]} if options.partner == "lagoon" else {}
    with Stage(options.links) as stage:
        partner = partners.create(options.partner, **extra)
        view.say(f"starting {PARTNERS[options.partner]}")
        partner.start(stage)
        try:
            lagoond = Lagoond(stage, binaries["lagoond"], eal={"idle": options.idle}, tap=TAP if options.tap else None,
                              user=user_of(options, stage, binaries["lagoond"]))
            hosts = Hosts(stage, partner, binaries["traffic"], TAP if options.tap else None)
            scenario = Scenario(stage.links, partner, lagoond, hosts, options.seconds, view)
            scenario.blackhole = options.blackhole
            return verdict.report(scenario.run())
        finally:
            partner.stop()


def run_of(options, binaries):
    if options.cluster:
        return cluster_demo.run(options, PARTNERS[options.partner], binaries)
    return rootless.run(options, binaries) if options.rootless else run_on_stage(options, binaries)


def main():
    options = arguments()
    binaries = binaries_in(options.build)
    # These unwind like an interrupt from the keyboard, so that everything is cleaned up.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda number, _: sys.exit(128 + number))
    try:
        made = run_of(options, binaries)
    except (EtcdError, LagoondError, PartnerError, TelemetryError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    summary = cluster_verdict.summary if options.cluster else verdict.summary
    print("\n".join([summary(made), *verdict.advice(made, os.getloadavg()[0], os.cpu_count() or 1)]))
    if options.report:
        with open(options.report, "w", encoding="utf-8") as file:
            json.dump(made, file, indent=2)
            file.write("\n")
        print(f"report: {options.report}")
    return 0 if made["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
