"""Network namespaces: create, remove, enter with one thread, and quiet the interfaces in them.

os.setns() came with Python 3.12, so setns(2) is called through ctypes. It moves only the thread that calls it;
what that thread opens (a socket) stays in the namespace after the thread is gone.
"""

import array
import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import struct
import subprocess
import threading
import time

CLONE_NEWNET = 0x40000000
NETNS_DIR = "/run/netns"

SIOCETHTOOL = 0x8946
# ethtool's commands that switch one kind of offload: rx and tx checksums, scatter-gather, TSO, GSO, GRO, and the
# flags (VLAN acceleration, LRO).
ETHTOOL_OFF = (0x15, 0x17, 0x19, 0x1F, 0x24, 0x2C, 0x26)

_libc = ctypes.CDLL(None, use_errno=True)


def run_in(name, function, *args):
    """What function(*args) gives when it runs in that namespace, in a thread of its own."""
    outcome = {}

    def enter_and_run():
        try:
            with open(f"{NETNS_DIR}/{name}", "rb") as handle:
                if _libc.setns(handle.fileno(), CLONE_NEWNET) != 0:
                    raise OSError(ctypes.get_errno(), f"cannot enter the network namespace {name}")
            outcome["value"] = function(*args)
        except BaseException as error:  # handed to the caller, whatever it is
            outcome["error"] = error

    thread = threading.Thread(target=enter_and_run)
    thread.start()
    thread.join()
    if "error" in outcome:
        raise outcome["error"]
    return outcome["value"]


# What `ip netns exec` does, but for making "/" a slave mount: that fails in a chroot whose root is a plain folder.
_EXEC = 'mount --make-rprivate /sys && mount -t sysfs sysfs /sys; exec "$0" "$@"'


def command_in(name, argv):
    """The words that run a program in that namespace, with the /sys that belongs there. They become the program:
    the process that is started is the program itself."""
    return ["nsenter", f"--net={NETNS_DIR}/{name}", "unshare", "--mount", "--propagation", "unchanged", "sh", "-c",
            _EXEC, *argv]


def create(name):
    """A namespace without IPv6, without forwarding, so that its interfaces say nothing of their own."""
    subprocess.run(["ip", "netns", "add", name], check=True)
    run_in(name, _be_silent)
    ip_batch(name, ["link set lo up"])


def _be_silent():
    for setting, value in (("ipv6/conf/all/disable_ipv6", "1"), ("ipv6/conf/default/disable_ipv6", "1"),
                           ("ipv4/ip_forward", "0")):
        with contextlib.suppress(FileNotFoundError), open(f"/proc/sys/net/{setting}", "w") as file:
            file.write(value)


def bridge(name, interface="br0"):
    """A bridge that only bridges: no filter of the kernel's looks into its frames."""
    ip_batch(name, [f"link add {interface} type bridge", f"link set {interface} up"])
    run_in(name, _switch_filters_off)


def _switch_filters_off():
    with contextlib.suppress(FileNotFoundError), open("/proc/sys/net/bridge/bridge-nf-call-iptables", "w") as file:
        file.write("0")


def exists(name):
    return os.path.exists(f"{NETNS_DIR}/{name}")


def names():
    with contextlib.suppress(FileNotFoundError):
        return os.listdir(NETNS_DIR)
    return []


def remove(name, patience=2.0):
    """Ends what still runs in the namespace, then removes it with all its interfaces."""
    if not exists(name):
        return
    deadline = time.monotonic() + patience
    for sent in (signal.SIGTERM, signal.SIGKILL):
        for pid in _processes(name):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sent)
        while _processes(name) and time.monotonic() < deadline:
            time.sleep(0.01)
        deadline = time.monotonic() + 1.0
    subprocess.run(["ip", "netns", "del", name], check=False, stderr=subprocess.DEVNULL)


def _processes(name):
    listed = subprocess.run(["ip", "netns", "pids", name], check=False, capture_output=True, text=True)
    return [int(pid) for pid in listed.stdout.split() if int(pid) != os.getpid()]


def ip_batch(name, lines):
    """Runs lines of `ip` in the namespace with one process."""
    done = subprocess.run(["nsenter", f"--net={NETNS_DIR}/{name}", "ip", "-batch", "-"], input="\n".join(lines) + "\n", text=True,
                          capture_output=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"ip in {name}: {done.stderr.strip()}")


def plain_frames(name, interfaces):
    """No offload, so that frames look as on a wire: at most the MTU, with their checksums filled in."""
    run_in(name, _switch_offloads_off, interfaces)


def _switch_offloads_off(interfaces):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for interface in interfaces:
            for command in ETHTOOL_OFF:
                value = array.array("I", [command, 0])
                request = struct.pack("16sP16x", interface.encode(), value.buffer_info()[0])
                with contextlib.suppress(OSError):  # one that is fixed is off or harmless
                    fcntl.ioctl(sock, SIOCETHTOOL, request)


def keep_flows_ordered(name, interfaces):
    """A virtual Ethernet receives on the CPU its sender happens to run on, so a sender that moves to another CPU
    may overtake itself. Receive packet steering gives each flow one CPU. (sysfs shows the namespace it was mounted
    in.)"""
    mask = "%x" % ((1 << min(os.cpu_count() or 1, 32)) - 1)
    writes = "".join(f"echo {mask} >/sys/class/net/{i}/queues/rx-0/rps_cpus\n" for i in interfaces)
    subprocess.run(command_in(name, ["sh", "-c", writes]), check=False, stderr=subprocess.DEVNULL)
