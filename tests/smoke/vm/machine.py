"""Machine: a virtual PC under QEMU (TCG) with four NICs, an IOMMU, and the host's root, read-only, for its own.

NIC 0 is wired to NIC 2, NIC 1 to NIC 3. Each stands behind a root port of its own, so that it can be taken out."""

import contextlib
import os
import select
import socket
import subprocess
import time

PROMPT = b"(qemu) "
# QEMU's name of each model, with what it is to be given besides.
MODELS = {"e1000e": "e1000e",
          "e1000": "e1000",
          "vmxnet3": "vmxnet3",
          "virtio": "virtio-net-pci,iommu_platform=on,disable-legacy=on,speed=10000,duplex=full"}
COUNT = 4
MEMORY_MB, HUGEPAGES = 1200, 256


def pci_address(index):
    # (bus 0 has the root ports, in this order)
    return f"0000:{index + 1:02x}:00.0"


def _nics(model):
    words = []
    for index in range(COUNT):
        words += ["-device", f"pcie-root-port,id=slot{index},chassis={index + 1},bus=pcie.0,addr={index + 8:#x}",
                  "-netdev", f"hubport,id=wire{index},hubid={index % 2}",
                  "-device", f"{MODELS[model]},id=nic{index},netdev=wire{index},mac=52:54:00:00:00:{index:02x},"
                             f"bus=slot{index},romfile="]
    return words


class Machine:
    """`folder` is the host's, writable, and /tmp/share in the machine. `argv` is what the machine runs, and then ends."""

    def __init__(self, kernel, initramfs, model, folder, argv):
        self._monitor = os.path.join(folder, "monitor")
        self._folder = folder
        self._argv = [
            "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-machine", "q35", "-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max", "-smp", "2", "-m", str(MEMORY_MB),
            "-device", "intel-iommu,intremap=off,caching-mode=on",
            "-kernel", kernel, "-initrd", initramfs, "-append",
            f"console=ttyS0 quiet no_timer_check intel_iommu=on hugepages={HUGEPAGES} panic=-1 -- " + " ".join(argv),
            "-serial", "stdio", "-monitor", f"unix:{self._monitor},server=on,wait=off",
            "-fsdev", "local,id=root,path=/,security_model=none,readonly=on,multidevs=remap",
            "-device", "virtio-9p-pci,fsdev=root,mount_tag=root",
            "-fsdev", f"local,id=share,path={folder},security_model=none",
            "-device", "virtio-9p-pci,fsdev=share,mount_tag=share", *_nics(model)]

    def run(self, patience, say):
        """To the machine's end; False when it was not in time, or QEMU fails. `say` gets each piece of what it writes."""
        with subprocess.Popen(self._argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT) as process:
            deadline = time.monotonic() + patience
            try:
                while time.monotonic() < deadline:
                    self._answer()
                    if not select.select([process.stdout], [], [], 0.02)[0]:
                        continue
                    octets = os.read(process.stdout.fileno(), 65536)
                    if not octets:
                        return process.wait() == 0
                    say(octets.decode(errors="replace"))
                return False
            finally:
                process.kill()

    def _answer(self):
        """What the machine asks for with a file NUMBER.ask is a line for QEMU's monitor."""
        for name in os.listdir(self._folder):
            if not name.endswith(".ask"):
                continue
            path = os.path.join(self._folder, name)
            with open(path, encoding="utf-8") as file:
                answer = self._tell(file.read())
            os.remove(path)
            with open(path + ".part", "w", encoding="utf-8") as file:
                file.write(answer)
            os.rename(path + ".part", path[:-len("ask")] + "answer")

    def _tell(self, line):
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as monitor:
            monitor.settimeout(5)
            monitor.connect(self._monitor)
            self._read(monitor)
            monitor.sendall(line.encode() + b"\n")
            return self._read(monitor)

    @staticmethod
    def _read(monitor):
        octets = b""
        while not octets.endswith(PROMPT):
            octets += monitor.recv(65536)
        return octets[:-len(PROMPT)].decode(errors="replace").partition("\n")[2].strip()
