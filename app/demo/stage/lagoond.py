"""Lagoond: one run of our appliance on a stage, from its configuration file to its exit code."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import time

from . import telemetry
from .stage import end

LAG = "lag0"
RUN_FOLDER = "/run/lagoon"
LACP_MODES = ("lacp", "802.3ad", 4)
HASHED_MODES = (*LACP_MODES, "balance-xor", 2, "loadbalance", "balance-tlb", 5, "balance-alb", 6)
START_PATIENCE_S = 20
STOP_PATIENCE_S = 5.0
RELOAD_PATIENCE_S = 30
RELOADED = re.compile(r": (applied|not applied|nothing was changed)$", re.MULTILINE)
PLAIN = re.compile(r"[A-Za-z][\w+./-]*")


class LagoondError(RuntimeError):
    """lagoond did not start, or did not end as it should; the text has the end of its log."""


def remove_what_is_left(prefix):
    """The sockets and the state file of a lagoond that was killed: one that ends politely removes them itself."""
    for name in (f"{prefix}.sock", f"{prefix}.state", f"{prefix}.state.take-over"):
        with contextlib.suppress(OSError):
            os.unlink(os.path.join(RUN_FOLDER, name))


class Appliance:
    """A lagoond of any configuration. `popen` starts a program; `path` gives the files called `name`; `lag` is the LAG
    that status() and events() are about. Whoever lets its cables be wrong says so: `cables_are_right`."""

    def __init__(self, binary, config, popen, path, name, lag, cables_are_right=True):
        self.prefix = config["eal"]["prefix"]
        self.config_path = path(f"{name}.yaml")
        self.log_path = path(f"{name}.log")
        self.cables_are_right = cables_are_right
        self.options = []  # of the command line
        self._lag = lag
        self._binary = binary
        self._popen = popen
        self._process = None
        self.config = config
        self._write(config)

    def _write(self, config):
        with open(self.config_path, "w", encoding="utf-8") as file:
            for key, value in config.items():
                if isinstance(value, list):
                    file.write(f"{key}:\n" + "".join(f"  - {_flow(item)}\n" for item in value))
                else:
                    file.write(f"{key}: {_flow(value)}\n")

    def reload(self, config):
        """SIGHUP, with another configuration in the file. Gives what lagoond logged about it, to its verdict."""
        said_before = os.path.getsize(self.log_path)
        self._write(config)
        self._process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + RELOAD_PATIENCE_S
        while time.monotonic() < deadline:
            with open(self.log_path, encoding="utf-8", errors="replace") as log:
                log.seek(said_before)
                said = log.read()
            if RELOADED.search(said):
                return said
            time.sleep(0.01)
        raise LagoondError(f"no word about the new configuration:\n{self.log_end()}")

    def start(self):
        self._process = self._run("wb")
        return self._answers()

    def _run(self, mode, *options):
        with open(self.log_path, mode) as log:
            return self._popen([self._binary, "-c", self.config_path, *self.options, *options], stdin=subprocess.DEVNULL, stdout=log,
                               stderr=log)

    def begin_take_over(self):
        """Starts a process that is to take the place of this one. The log has what both say."""
        return self._run("ab", "--take-over")

    def take_over(self):
        """Another process takes the place of this one, which has to end with exit code 0."""
        before, self._process = self._process, self.begin_take_over()
        try:
            before.wait(START_PATIENCE_S)
        except subprocess.TimeoutExpired:
            end([before])
            raise LagoondError(f"it was not taken over:\n{self.log_end()}") from None
        if before.returncode != 0:
            raise LagoondError(f"what was taken over ended with {before.returncode}:\n{self.log_end()}")
        return self._answers()

    def _answers(self):
        deadline = time.monotonic() + START_PATIENCE_S
        while True:
            try:
                self.status()
                return self
            except telemetry.TelemetryError as error:
                if self._process.poll() is not None:
                    raise LagoondError(f"lagoond ended with {self._process.returncode}:\n{self.log_end()}") from error
                if time.monotonic() > deadline:
                    raise LagoondError(f"lagoond does not answer: {error}\n{self.log_end()}") from error
            time.sleep(0.01)

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        if kind is None:
            self.stop()
        elif self._process is not None:
            end([self._process])
            self._remove_runtime_files()
            remove_what_is_left(self.prefix)

    def _remove_runtime_files(self):
        # (DPDK leaves its folder whatever happens, which for a lagoond of root that has become another user is below RUN_FOLDER)
        for folder in (os.path.dirname(telemetry.socket_path(self.prefix)), f"{RUN_FOLDER}/dpdk/{self.prefix}"):
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def pid(self):
        return self._process.pid

    def status(self):
        """The LAG as telemetry tells it, "members" as a list in the order of the configuration."""
        status = telemetry.ask(self.prefix, f"/lagoon/lag,{self._lag}")
        status["members"] = _listed(status["members"])
        return status

    def events(self, most=None):
        """The last transitions, the oldest first; "t_ns" is of the monotonic clock."""
        return _listed(telemetry.ask(self.prefix, f"/lagoon/events,{self._lag}" + (f",{most}" if most else "")))

    def view(self, kind):
        """The LAG as one of the views (linux, lagg, cisco, json, table) shows it: text."""
        return telemetry.whole_text(self.prefix, f"/lagoon/view,{self._lag},{kind}")

    def do(self, verb, argument=""):
        """A command of the operator; a refusal is a TelemetryError with the reason."""
        return telemetry.ask(self.prefix, f"/lagoon/do,{self._lag},{verb}" + (f",{argument}" if argument else ""))

    def log_end(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()[-3000:]

    def kill(self):
        """SIGKILL; it may be started again."""
        self._process.kill()
        self._process.wait()

    def _alarms(self):
        if not self.cables_are_right:
            return []
        try:
            return [event["evidence"] for event in self.events() if event["kind"] == "wiring" and event["to"] != "right"]
        except telemetry.TelemetryError:
            return []

    def stop(self):
        """SIGTERM, after which it has to leave cleanly, with exit code 0, and without a false alarm about its cables."""
        if self._process is None:
            return
        alarms = self._alarms()
        process, self._process = self._process, None
        still_ran = process.poll() is None
        process.terminate()
        try:
            process.wait(STOP_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._remove_runtime_files()
        if not still_ran or process.returncode != 0:
            remove_what_is_left(self.prefix)
            raise LagoondError(f"lagoond ended {'' if still_ran else 'by itself '}with {process.returncode}:\n"
                               f"{self.log_end()}")
        if alarms:
            raise LagoondError(f"lagoond holds cables for wrong: {alarms}")


class Lagoond(Appliance):
    """`members` of the stage's links (all unless given) become lag0, cross-connected with the access port.

    `options` goes into the LAG as further keys, e.g. {"hash": "l2", "lacp": {"rate": "slow"}}; `eal` into the EAL
    section. `far` makes it the partner: it stands on the other ends of the links. With `tap` the access port is a
    tap of that name in net. `user` (AsUser) is whose it is."""

    def __init__(self, stage, binary, members=None, options=None, eal=None, far=False, tap=None, user=None):
        self.stage = stage
        interfaces = (stage.far_ifaces if far else stage.near_ifaces)[:members]
        access = tap or (stage.partner.far_access if far else stage.access_iface)
        port = {"name": tap, "tap": tap} if tap else {"name": access, "dev": f"net_af_packet0,iface={access}"}
        place = "far" if far else "near"
        config = {"eal": eal_section(f"{stage.tag}-{place}", **(eal or {})),
                  "ports": [port],
                  "lags": [_lag(interfaces, options or {})],
                  "forward": [[access, LAG]]}
        started_as = user.words if user else []
        popen = stage.popen_partner if far else stage.popen_net
        super().__init__(binary, config, lambda argv, **more: popen([*started_as, *argv], **more), stage.path,
                         f"lagoond-{place}", LAG)

    def converged(self, links=None):
        """Whether it distributes on that many links, or on all that have carrier."""
        wanted = links if links is not None else sum(link.carrier for link in self.stage.links)
        try:
            members = self.status()["members"]
        except (telemetry.TelemetryError, KeyError):
            return False
        return sum(bool(member["collecting"] and member["distributing"]) for member in members) == wanted


def eal_section(prefix, **more):
    return {"lcores": _lcores(), "huge": False, "prefix": prefix, "idle": "relax", **more}


def member(interface, index, **more):
    """A member as the configuration file has it."""
    return {"dev": f"net_af_packet{index + 1},iface={interface}", **more}


def _lag(interfaces, options):
    made = {"name": LAG, "mode": "lacp", "members": [member(name, i) for i, name in enumerate(interfaces)], **options}
    if made["mode"] in HASHED_MODES:
        made.setdefault("hash", "l3+4")
    if made["mode"] in LACP_MODES:
        made["lacp"] = {"activity": "active", "rate": "fast", **options.get("lacp", {})}
    return made


def _listed(items):
    """DPDK 22.11's telemetry has no lists of objects; there they are objects named by what tells them apart."""
    return list(items.values()) if isinstance(items, dict) else items


def _lcores():
    """One CPU for control, one for a worker, of those this process may use."""
    return sorted(os.sched_getaffinity(0))[:2]


def _flow(value):
    """YAML's flow style, which is JSON with plain words unquoted."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    if isinstance(value, str) and PLAIN.fullmatch(value) and value not in ("true", "false", "null", "yes", "no"):
        return value
    return json.dumps(value)
