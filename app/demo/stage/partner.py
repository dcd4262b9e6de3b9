"""Partner: what stands at the far end of the links. Each partner is a real implementation that others wrote."""

import subprocess

from . import netns

# The bits of the Actor_State and Partner_State octets, 802.1AX-2014 6.4.2.3.
STATE_BITS = {"activity": 0x01, "timeout": 0x02, "aggregation": 0x04, "synchronization": 0x08, "collecting": 0x10,
              "distributing": 0x20, "defaulted": 0x40, "expired": 0x80}
IN_USE = (STATE_BITS["aggregation"] | STATE_BITS["synchronization"] | STATE_BITS["collecting"] |
          STATE_BITS["distributing"])


class PartnerError(RuntimeError):
    """A partner that cannot be started or asked."""


class Partner:
    """A partner stands on one stage, from start() to stop()."""

    name = ""

    def __init__(self):
        self.stage = None

    def start(self, stage, rate="fast"):
        """Attaches to the far end of every link. LACP negotiates from then on."""
        self.stage = stage
        stage.partner = self
        self._start(rate)

    def status(self):
        """What the implementation says of itself, in its own words."""
        raise NotImplementedError

    def link_states(self):
        """{index of a link: (actor state, partner state)} as the partner sees it; without links it left."""
        raise NotImplementedError

    def converged(self):
        """Whether every link with carrier is collecting and distributing at both ends, in the partner's view."""
        try:
            states = self.link_states()
        except (PartnerError, OSError, subprocess.SubprocessError):
            return False
        with_carrier = [link.index for link in self.stage.links if link.carrier]
        return bool(with_carrier) and all(
            i in states and all(state & IN_USE == IN_USE for state in states[i]) for i in with_carrier)

    def popen(self, argv, stdout_path):
        """Runs a program on the host behind the partner (10.77.0.2). Gives a handle with wait(timeout), poll() and
        terminate(); standard error goes to stdout_path + ".err"."""
        raise NotImplementedError

    def link_down(self, index):
        """Called as a link's carrier goes, for partners that have to take their own end's carrier away."""

    def link_up(self, index):
        """Called as a link's carrier returns."""

    def stop(self):
        raise NotImplementedError

    def _start(self, rate):
        raise NotImplementedError


class NamespacePartner(Partner):
    """A partner that runs in par, with the host behind it in a namespace: `far0` is the partner's way there."""

    far_access = "far0"

    def start(self, stage, rate="fast"):
        stage.add_host(stage.far, stage.par, self.far_access, stage.far_ip, "02:00:00:00:01:02")
        super().start(stage, rate)

    def popen(self, argv, stdout_path):
        with open(stdout_path, "wb") as out, open(f"{stdout_path}.err", "wb") as err:
            return self.stage.popen_in(self.stage.far, argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err)

    def stop(self):
        self._stop()
        netns.remove(self.stage.far)
        self.stage.partner = None

    def _stop(self):
        raise NotImplementedError


def state_from_names(names):
    """The state octet of words such as "activity timeout aggregation"; unknown words are none of its bits."""
    return sum(STATE_BITS.get(word, 0) for word in set(names))
