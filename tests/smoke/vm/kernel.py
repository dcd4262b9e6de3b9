"""Debian's kernel and an initramfs for a virtual machine: fetched by apt, unpacked in a folder, installed nowhere."""

import os
import re
import stat
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
# Found by name below the kernel's own folder, with all that they depend on; what is built in is not missed.
MODULES = ("virtio_pci", "9p", "9pnet_virtio", "vfio-pci", "vfio_iommu_type1", "tun")
NODES = {"dev": None, "modules": None, "dev/console": (5, 1)}


def fetch(folder):
    """The folder with boot/ and lib/modules/ of the package that linux-image-amd64 stands for."""
    unpacked = os.path.join(folder, "kernel")
    if os.path.isdir(os.path.join(unpacked, "boot")):
        return unpacked
    os.makedirs(folder, exist_ok=True)
    depends = subprocess.run(["apt-cache", "depends", "linux-image-amd64"], check=True, capture_output=True, text=True)
    package = re.search(r"Depends: (linux-image-\S+)", depends.stdout)[1]
    subprocess.run(["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", package], cwd=folder, check=True)
    archive, = (name for name in os.listdir(folder) if name.startswith(package) and name.endswith(".deb"))
    partial = unpacked + ".partial"
    subprocess.run(["dpkg-deb", "-x", archive, partial], cwd=folder, check=True)
    os.rename(partial, unpacked)
    os.remove(os.path.join(folder, archive))
    return unpacked


def image(kernel):
    boot = os.path.join(kernel, "boot")
    name, = (name for name in os.listdir(boot) if name.startswith("vmlinuz"))
    return os.path.join(boot, name)


def make_initramfs(kernel, path):
    """A cpio archive: init.c, and the modules in the order in which they load."""
    init = path + ".init"
    subprocess.run(["cc", "-static", "-Os", "-Wall", "-Wextra", "-o", init, os.path.join(HERE, "init.c")], check=True)
    parts = [_entry(name, b"", stat.S_IFCHR | 0o600 if device else stat.S_IFDIR | 0o755, device or (0, 0))
             for name, device in NODES.items()]
    parts.append(_entry("init", _octets(init), stat.S_IFREG | 0o755))
    for place, module in enumerate(_in_order(_all_modules(kernel))):
        parts.append(_entry(f"modules/{place:02}-{os.path.basename(module)}", _octets(module), stat.S_IFREG | 0o644))
    parts.append(_entry("TRAILER!!!", b"", 0))
    with open(path, "wb") as file:
        file.write(b"".join(parts))


def _octets(path):
    with open(path, "rb") as file:
        return file.read()


def _all_modules(kernel):
    return {name[:-3].replace("-", "_"): os.path.join(folder, name)
            for folder, _, names in os.walk(os.path.join(kernel, "lib", "modules"))
            for name in names if name.endswith(".ko")}


def _in_order(modules):
    order = []

    def add(name):
        path = modules.get(name.replace("-", "_"))
        if path is None or path in order:
            return
        depends = re.search(rb"\0depends=([^\0]*)\0", _octets(path))[1].decode()
        for other in filter(None, depends.split(",")):
            add(other)
        order.append(path)

    for name in MODULES:
        add(name)
    return order


def _entry(name, octets, mode, device=(0, 0)):
    def padded(data):
        return data + bytes(-len(data) % 4)

    fields = (0, mode, 0, 0, 1, 0, len(octets), 0, 0, *device, len(name) + 1, 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields)
    return padded(head + name.encode() + b"\0") + padded(octets)
