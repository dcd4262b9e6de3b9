"""A second lagoond."""

import json

from .. import telemetry
from ..lagoond import Lagoond
from ..partner import NamespacePartner, PartnerError, state_from_names


class LagoonPartner(NamespacePartner):
    name = "lagoon"

    def __init__(self, binary, options=None):
        super().__init__()
        self._binary = binary
        self._options = options or {}
        self._lagoond = None

    def _start(self, rate):
        options = {**self._options, "lacp": {"rate": rate, **self._options.get("lacp", {})}}
        self._lagoond = Lagoond(self.stage, self._binary, options=options, far=True)
        self._lagoond.start()

    def status(self):
        return json.dumps(self._lagoond.status(), indent=1)

    def link_states(self):
        try:
            members = self._lagoond.status()["members"]
        except telemetry.TelemetryError as error:
            raise PartnerError(str(error)) from error
        return {index: tuple(state_from_names(member["lacp"][end]["state"]) for end in ("actor", "partner"))
                for index, member in enumerate(members)}

    def _stop(self):
        if self._lagoond is not None:
            self._lagoond.stop()


PARTNER = LagoonPartner
