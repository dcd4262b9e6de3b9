"""The Linux team driver with teamd, which has LACP code of its own, in User-Mode Linux."""

import json

from ..partner import Partner
from ..stage import ADDRESS_LENGTH
from ..uml.guest import Guest

DEVICE = "team0"


class TeamPartner(Partner):
    name = "team"

    def __init__(self):
        super().__init__()
        self._guest = None

    def _start(self, rate):
        ports = [f"eth{link.index}" for link in self.stage.links]
        config = {"device": DEVICE,
                  "runner": {"name": "lacp", "active": True, "fast_rate": rate == "fast",
                             "tx_hash": ["eth", "ipv4", "l4"]},
                  "link_watch": {"name": "ethtool"},
                  "ports": {port: {} for port in ports}}
        path = self.stage.path("teamd.conf")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(config, file)
        self._guest = Guest(self.stage, "/run/modprobe -a team team_mode_loadbalance && "
                            f"teamd -d -f {path} -p /run/teamd.pid && "
                            f"ip link set {DEVICE} up && "
                            f"ip addr add {self.stage.far_ip}/{ADDRESS_LENGTH} dev {DEVICE}\n")
        self._guest.boot()

    def status(self):
        return self._guest.output_of(["teamdctl", DEVICE, "state", "view", "-v"])

    def link_states(self):
        ports = json.loads(self._guest.output_of(["teamdctl", DEVICE, "state", "dump"]))["ports"]
        return {int(name.removeprefix("eth")): (port["runner"]["actor_lacpdu_info"]["state"],
                                                port["runner"]["partner_lacpdu_info"]["state"])
                for name, port in ports.items() if port["runner"]["selected"] and port["link"]["up"]}

    def popen(self, argv, stdout_path):
        return self._guest.popen(argv, stdout_path)

    def link_down(self, index):
        self._guest.set_carrier(index, False)

    def link_up(self, index):
        self._guest.set_carrier(index, True)

    def stop(self):
        if self._guest is not None:
            self._guest.halt()
        self.stage.partner = None


PARTNER = TeamPartner
