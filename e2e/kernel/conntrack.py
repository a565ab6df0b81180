"""
The kernel's table of tracked connections in the present network namespace, by ctnetlink.

The reply of a connection comes from where its first packet was really sent: so the table tells what nat made of a
packet without anybody listening there. Limit: IPv4, TCP and UDP; entries of other protocols are passed over.
"""

import socket
import struct

_NETLINK_NETFILTER = 12
_GET, _DELETE = 0x0101, 0x0102  # subsystem ctnetlink, message IPCTNL_MSG_CT_GET or _DELETE
_REQUEST, _ACK, _DUMP = 0x001, 0x004, 0x300
_ERROR, _DONE = 2, 3
_HEADER = struct.Struct("=IHHII")
_IPV4 = struct.pack("BBH", socket.AF_INET, 0, 0)

# A message is 16 bytes of netlink header, 4 of netfilter header, then attributes: first the tuple of the original
# direction, then that of the reply. For TCP and UDP over IPv4 both have 52 bytes in one layout that is part of the
# kernel's interface: addresses, number of the protocol, ports, each behind 4 bytes of attribute header.
_FIRST, _SECOND, _END = 20, 72, 124
_TUPLE_HEADER = struct.Struct("=HH")
_ORIGINAL, _REPLY = (52, 0x8001), (52, 0x8002)
_TUPLE = struct.Struct(">8x 4xI 4xI 4x 4xB3x 4xH2x 4xH2x")

Destination = tuple[int, int]


class Conntrack:
    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_NETFILTER)
        self._socket.bind((0, 0))
        self._buffer = bytearray(1 << 16)

    def forget_all(self) -> None:
        """Empties the table: the next packet of a known connection would get that one's verdict again."""
        self._socket.send(_HEADER.pack(20, _DELETE, _REQUEST | _ACK, 1, 0) + _IPV4)
        self._socket.recv_into(self._buffer)
        self._refuse_errors(self._buffer, 0)

    def destinations(self) -> dict[tuple[int, int, int, int], Destination]:
        """Where each connection went, by what it was: protocol, source port, destination address and port."""
        found: dict[tuple[int, int, int, int], Destination] = {}
        self._socket.send(_HEADER.pack(20, _GET, _REQUEST | _DUMP, 2, 0) + _IPV4)
        while True:
            size = self._socket.recv_into(self._buffer)
            data, offset = self._buffer, 0
            while offset < size:
                length, kind = struct.unpack_from("=IH", data, offset)
                if kind == _DONE:
                    return found
                self._refuse_errors(data, offset)
                if (
                    length >= _END
                    and _TUPLE_HEADER.unpack_from(data, offset + _FIRST) == _ORIGINAL
                    and _TUPLE_HEADER.unpack_from(data, offset + _SECOND) == _REPLY
                ):
                    _, address, protocol, source_port, port = _TUPLE.unpack_from(data, offset + _FIRST)
                    reply_from, _, _, reply_port, _ = _TUPLE.unpack_from(data, offset + _SECOND)
                    found[protocol, source_port, address, port] = (reply_from, reply_port)
                offset += (length + 3) & ~3

    @staticmethod
    def _refuse_errors(data: bytearray, offset: int) -> None:
        (kind,) = struct.unpack_from("=H", data, offset + 4)
        (number,) = struct.unpack_from("=i", data, offset + 16) if kind == _ERROR else (0,)
        if number != 0:
            raise OSError(-number, "ctnetlink refused a request")
