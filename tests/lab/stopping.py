"""Threads of a process that stand still, as under a debugger, and go on when they are let go."""

import os
import subprocess
import sys

# Stops a thread until it is let go, or ends. (Who traces a thread has to wait for its end, or it never goes.)
STOPPER = """
import ctypes, os, sys
libc, tid, wall = ctypes.CDLL(None), int(sys.argv[1]), 0x40000000
if libc.ptrace(0x4206, tid, None, None) == 0 and libc.ptrace(0x4207, tid, None, None) == 0:
    os.waitpid(tid, wall)
    print("stopped", flush=True)
    os.waitpid(tid, wall)
"""


def threads_called(pid, wanted):
    found = []
    for tid in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{tid}/comm", encoding="ascii") as file:
                if file.read().strip() == wanted:
                    found.append(int(tid))
        except (FileNotFoundError, ProcessLookupError):  # (it has ended, before the file was opened or after)
            continue
    return found


class Stopped:
    """A thread that stands. The end of who traces it lets it go."""

    def __init__(self, test, tid):
        self._tracer = subprocess.Popen([sys.executable, "-c", STOPPER, str(tid)], stdout=subprocess.PIPE, text=True)
        test.addCleanup(self.go_on)
        if self._tracer.stdout.readline() != "stopped\n":
            test.skipTest("threads can't be stopped here (ptrace)")

    def go_on(self):
        if self._tracer.poll() is None:
            self._tracer.kill()
            self._tracer.wait()
        self._tracer.stdout.close()


def worker():
    """What the thread of the worker is called, where the process has the CPUs of this one."""
    lcore = sorted(os.sched_getaffinity(0))[1]
    newest = subprocess.run(["pkg-config", "--atleast-version=23.03", "libdpdk"], check=False).returncode == 0
    return f"dpdk-worker{lcore}" if newest else f"rte-worker-{lcore}"
