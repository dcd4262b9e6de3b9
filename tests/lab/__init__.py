"""What the tests in Python share. `PYTHONPATH=tests` finds it (meson sets that); with it comes app/demo, whose `stage`
makes network namespaces, links and partners."""

import os
import sys

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
sys.path.insert(1, os.path.join(ROOT, "app", "demo"))
