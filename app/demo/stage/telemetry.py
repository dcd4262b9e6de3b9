"""DPDK's telemetry socket: one question, one answer in JSON."""

import collections
import glob
import json
import os
import re
import socket

RUN_FOLDER = "/run/lagoon"
# (an answer takes milliseconds, and a machine with other work may stand for seconds)
PATIENCE_S = 20.0
ANSWER_MAX = 16384  # rte_telemetry's own bound
NEXT_PAGE = re.compile(r"(\\\n)?--- page \d+ of \d+, next: (\S.*)\n\Z")  # the last line of a page but the last

# By prefix: each connection is a thread of the program's.
connections = collections.Counter()


class TelemetryError(RuntimeError):
    """No answer, or one that is none."""


def _places(prefix):
    own = "/var/run" if os.geteuid() == 0 else os.environ.get("XDG_RUNTIME_DIR", "/tmp")
    # (RUN_FOLDER: of a lagoond that has a user of its own)
    bases = [os.environ["RUNTIME_DIRECTORY"]] if "RUNTIME_DIRECTORY" in os.environ else [own, RUN_FOLDER]
    return [f"{base}/dpdk/{prefix}/dpdk_telemetry.v2" for base in bases]


def socket_path(prefix):
    places = _places(prefix)
    return next(filter(os.path.exists, places), places[0])


def sockets():
    """Of all programs that this user may ask, running or not."""
    return [path for place in _places("*") for path in glob.glob(place)]


def ask(prefix, command, timeout=PATIENCE_S):
    """What the program with that EAL prefix answers to a command such as "/lagoon/lag,lag0": the whole, whatever the
    number of pages and of parts of a text (docs/telemetry.md)."""
    value = ask_once(prefix, command, timeout)
    page = value
    while isinstance(page, dict) and "next" in page:
        page = ask_once(prefix, page["next"], timeout)
        _join(value, page)
    if isinstance(value, dict) and "pages" in value:
        for note in ("page", "pages", "next"):
            value.pop(note, None)
    return value


def _join(whole, page):
    for name, value in page.items():
        if isinstance(value, dict) and isinstance(whole.get(name), dict):
            _join(whole[name], value)
        else:
            whole[name] = value


def _with_whole_texts(value):
    """A text of more than 127 octets goes on in NAME_2, NAME_3, .., in whatever object it is."""
    if not isinstance(value, dict):
        return value
    for inner in value.values():
        _with_whole_texts(inner)
    for name in [name for name, text in value.items() if isinstance(text, str)]:
        part = 2
        while isinstance(value.get(f"{name}_{part}"), str):
            value[name] += value.pop(f"{name}_{part}")
            part += 1
    return value


def ask_once(prefix, command, timeout=PATIENCE_S):
    """One question, one reply."""
    connections[prefix] += 1
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sock:
            sock.settimeout(timeout)
            sock.connect(socket_path(prefix))
            sock.recv(ANSWER_MAX)  # the greeting
            sock.send(command.encode())
            answer = json.loads(sock.recv(ANSWER_MAX + 1024))
    except (OSError, json.JSONDecodeError) as error:
        raise TelemetryError(f"{command} of {prefix}: {error}") from error
    value = answer.get(command.partition(",")[0])
    if value is None:
        raise TelemetryError(f"{command} of {prefix} has no answer: {answer}")
    value = _with_whole_texts(value)
    if isinstance(value, dict) and "error" in value:
        raise TelemetryError(f"{command} of {prefix}: {value['error']}")
    return value


def whole_text(prefix, question):
    """The answer to a question for a text, its pages joined (docs/telemetry.md)."""
    text = ""
    while True:
        page = ask(prefix, question)
        note = NEXT_PAGE.search(page)
        if note is None:
            return text + page
        text += page[:note.start()]
        question = note[2]
