"""
Sends one packet out of an interface, or in through it.

Out: a real socket connects and is closed at once. In: a TCP SYN or a UDP datagram goes into the other end of the
interface. Nobody listens, nobody answers, and nothing waits.
"""

import errno
import socket
import struct
from typing import NamedTuple, Optional

from network import MAC, Interface

PROTOCOLS = {"tcp": socket.IPPROTO_TCP, "udp": socket.IPPROTO_UDP}

_OTHER_POD = socket.inet_aton("192.0.2.9")
_ETHERTYPE_IPV4 = b"\x08\x00"


class Packet(NamedTuple):
    """As packet.ts has it, in the order in which job.ts writes the members."""

    hook: str
    protocol: str
    destination: int
    port: int
    uid: Optional[int]
    interface: str


class Sender:
    def __init__(self, interface: Interface) -> None:
        self._mark = interface.mark
        if interface.peer:
            self._peer = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            self._peer.bind((interface.peer, 0))
            self._ethernet = bytes.fromhex(MAC.replace(":", "")) + self._peer.getsockname()[4] + _ETHERTYPE_IPV4

    def connect(self, packet: Packet, source_port: int) -> None:
        """The socket belongs to whoever creates files at the moment; raises OSError if the kernel refuses to send."""
        kind = socket.SOCK_STREAM if packet.protocol == "tcp" else socket.SOCK_DGRAM
        with socket.socket(socket.AF_INET, kind | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC) as out:
            out.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, self._mark)
            out.bind(("0.0.0.0", source_port))
            failure = out.connect_ex((socket.inet_ntoa(packet.destination.to_bytes(4, "big")), packet.port))
            if failure not in (0, errno.EINPROGRESS):
                raise OSError(failure, "connect")
            if kind == socket.SOCK_DGRAM:
                out.send(b"x")

    def receive(self, packet: Packet, source_port: int) -> None:
        self._peer.send(self._ethernet + _ip_packet(packet, source_port))


def _ip_packet(packet: Packet, source_port: int) -> bytes:
    protocol = PROTOCOLS[packet.protocol]
    addresses = _OTHER_POD + packet.destination.to_bytes(4, "big")
    if protocol == socket.IPPROTO_TCP:
        syn = struct.pack(">HHIIBBHHH", source_port, packet.port, 1, 0, 0x50, 0x02, 64240, 0, 0)
        check = _checksum(addresses + struct.pack(">HH", protocol, len(syn)) + syn)
        payload = syn[:16] + check + syn[18:]
    else:
        payload = struct.pack(">HHHH", source_port, packet.port, 8, 0)  # to UDP, 0 is no checksum
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0)
    return header[:10] + _checksum(header + addresses) + addresses + payload


def _checksum(data: bytes) -> bytes:
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return (~((total >> 16) + total) & 0xFFFF).to_bytes(2, "big")
