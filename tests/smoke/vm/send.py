"""send.py INTERFACE ADDRESS VLAN COUNT: frames of as many conversations to an address; VLAN 0 is none."""

import socket
import struct
import sys

interface, address, vlan, count = sys.argv[1], bytes.fromhex(sys.argv[2].replace(":", "")), int(sys.argv[3]), int(sys.argv[4])
TEXT = b"LAGOON-IN-A-VM".ljust(32)
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
    sock.bind((interface, 0))
    tag = struct.pack(">HH", 0x8100, vlan) if vlan else b""
    for i in range(count):
        udp = struct.pack(">HHHH", 1000 + 7 * i, 2000, 8 + len(TEXT), 0) + TEXT
        ip = struct.pack(">BBHIBBH4s4s", 0x45, 0, 20 + len(udp), 0, 64, 17, 0, bytes([10, 0, 0, 9]), bytes([10, 0, 0, 8]))
        sock.send(address + bytes([2, 0, 0, 0, 9, i]) + tag + b"\x08\x00" + ip + udp)
