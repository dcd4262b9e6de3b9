"""The laboratory of the modes: ends to put at a stage's links, traffic between them, captures, and what they say."""

import os
import sys

DEMO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "..", "app", "demo")
sys.path.insert(0, DEMO)
