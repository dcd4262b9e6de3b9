"""The NICs that QEMU emulates, as members of LAGs: docs/nics.md says what this gave. Takes the Debian packages
qemu-system-x86 and libc6-dev, and apt, which fetches a kernel.

usage: run.py BUILD [MODEL...]        MODEL: e1000e e1000 vmxnet3 virtio; all of them
"""

import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import kernel  # noqa: E402
import machine  # noqa: E402

PATIENCE_S = 900
DONE = "RESULT lagoond: NIC taken out"  # the last that guest.py tries


def main():
    build = os.path.abspath(sys.argv[1])
    folder = os.path.join(build, "vm")
    unpacked = kernel.fetch(folder)
    initramfs = os.path.join(folder, "initramfs")
    kernel.make_initramfs(unpacked, initramfs)
    good = True
    for model in sys.argv[2:] or machine.MODELS:
        print(f"== {model}", flush=True)
        # (its /tmp is its own, so it finds nothing of ours there)
        argv = ["/usr/bin/python3", os.path.join(HERE, "guest.py"), build, model]
        with tempfile.TemporaryDirectory(prefix="lagoon-vm-") as share:
            box = machine.Machine(kernel.image(unpacked), initramfs, model, share, argv)
            said = []
            ended = box.run(PATIENCE_S, lambda text: (said.append(text), print(text, end="", flush=True)))
            if not ended or DONE not in "".join(said):
                print(f"== {model}: not done (in {PATIENCE_S} s at the most)")
                good = False
    sys.exit(not good)


if __name__ == "__main__":
    main()
