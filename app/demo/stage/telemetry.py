"""DPDK's telemetry socket: one question, one answer in JSON."""

import json
import os
import socket

ANSWER_MAX = 16384  # rte_telemetry's own bound


class TelemetryError(RuntimeError):
    """No answer, or one that is none."""


def socket_path(prefix):
    base = "/var/run" if os.geteuid() == 0 else os.environ.get("XDG_RUNTIME_DIR", "/tmp")
    return f"{base}/dpdk/{prefix}/dpdk_telemetry.v2"


def ask(prefix, command, timeout=2.0):
    """What the program with that EAL prefix answers to a command such as "/lagoon/lag,lag0"."""
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
    if isinstance(value, dict) and "error" in value:
        raise TelemetryError(f"{command} of {prefix}: {value['error']}")
    return value


def text(answer):
    """A view's text, which comes as it is, under the name "text", or in lines."""
    if isinstance(answer, dict):
        answer = answer["text"] if "text" in answer else list(answer.values())
    return "\n".join(answer) if isinstance(answer, list) else answer
