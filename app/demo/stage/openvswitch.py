"""OpenVSwitch: one Open vSwitch on a stage, with a database, sockets and logs of its own."""

import os
import shutil
import subprocess
import time

from .partner import PartnerError
from .stage import end

SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
# Debian's build without DPDK, where both are installed: that one does not want hugepages.
SWITCHD = ("/usr/lib/openvswitch-switch/ovs-vswitchd", "ovs-vswitchd")


class OpenVSwitch:
    """In namespace par, unless `popen` starts programs elsewhere. `switchd` are names for ovs-vswitchd: the first that is
    there is it; `settings` are in the database before it starts, as other_config."""

    def __init__(self, stage, popen=None, switchd=SWITCHD, settings=(), environment=(), folder="ovs"):
        self._popen = popen or stage.popen_partner
        self._switchd = switchd
        self._settings = dict(settings)
        self._dir = stage.path(folder)
        self._own_environment = dict(environment)
        self._daemons = []

    def start(self):
        os.makedirs(self._dir)
        subprocess.run(["ovsdb-tool", "create", f"{self._dir}/conf.db", SCHEMA], check=True)
        self._daemon("ovsdb-server", f"{self._dir}/conf.db", f"--remote=punix:{self._dir}/db.sock")
        self._await(f"{self._dir}/db.sock")
        self.vsctl("--no-wait", "init")
        for key, value in self._settings.items():
            self.vsctl("--no-wait", "set", "Open_vSwitch", ".", f'other_config:{key}="{value}"')
        switchd = next((path for path in map(shutil.which, self._switchd) if path), None)
        if switchd is None:
            raise PartnerError(f"{self._switchd[0]} not found (a package openvswitch-switch* of Debian has it)")
        self._daemon(switchd, f"unix:{self._dir}/db.sock", kind="ovs-vswitchd")

    def _daemon(self, program, *arguments, kind=None):
        kind = kind or os.path.basename(program)
        with open(f"{self._dir}/{kind}.log", "wb") as log:
            self._daemons.append(self._popen(
                [program, *arguments, f"--unixctl={self._dir}/{kind}.ctl", "-vconsole:info", "-vsyslog:off"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment()))

    def _environment(self):
        return {**os.environ, "OVS_RUNDIR": self._dir, "OVS_LOGDIR": self._dir, "OVS_DBDIR": self._dir,
                **self._own_environment}

    def _await(self, path):
        deadline = time.monotonic() + 10
        while not os.path.exists(path):
            if time.monotonic() > deadline or self._daemons[-1].poll() is not None:
                raise PartnerError(f"{os.path.basename(path)} of Open vSwitch did not appear; see {self._dir}")
            time.sleep(0.005)

    def vsctl(self, *arguments):
        done = subprocess.run(["ovs-vsctl", f"--db=unix:{self._dir}/db.sock", "--timeout=10", *arguments],
                              check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise PartnerError(f"ovs-vsctl: {done.stderr.strip()}")
        return done.stdout.strip()

    def log_end(self):
        with open(f"{self._dir}/ovs-vswitchd.log", encoding="utf-8", errors="replace") as log:
            return log.read()[-3000:]

    def appctl(self, *arguments):
        done = subprocess.run(["ovs-appctl", "--timeout=5", "-t", f"{self._dir}/ovs-vswitchd.ctl", *arguments],
                              check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise PartnerError(f"ovs-appctl: {done.stderr.strip()}")
        return done.stdout

    def stop(self):
        try:
            self.appctl("exit", "--cleanup")
        except PartnerError:
            pass
        end(reversed(self._daemons))
