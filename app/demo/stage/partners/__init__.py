"""The partners by name."""

import importlib

NAMES = ("linux", "ovs", "team", "net_bonding", "lagoon", "switch")


def create(name, **options):
    """A partner that is not started. `lagoon` wants binary=PATH of lagoond."""
    if name not in NAMES:
        raise ValueError(f"no partner {name}; there are {', '.join(NAMES)}")
    module = importlib.import_module(f"{__name__}.{name}")
    return module.PARTNER(**options)
