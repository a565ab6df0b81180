"""
Sends the first packet of many connections through the nat table and asks conntrack what became of each.

Guarantee: a packet without a trace is sent again before it counts as undetermined, so that a busy machine, which may
drop packets or handle them later, does not change verdicts.
"""

import errno
import time
from collections import Counter
from typing import Mapping, NamedTuple, Optional, Sequence

from conntrack import Conntrack, Destination
from linux import create_files_as
from network import LOOPBACK, Interface
from sender import PROTOCOLS, Packet, Sender

_ATTEMPTS = 4
_PATIENCE_SECONDS = 0.02  # for packets on their way, longer with each attempt
_FIRST_SOURCE_PORT = 20000  # above the ports of sidecars, so that no connection is one to itself; below 60000 all
_BATCH = 10000
_NO_TRACE = "the packet was dropped before conntrack confirmed it"


class Verdicts(NamedTuple):
    destinations: Sequence[Optional[Destination]]
    # How many packets have no destination, by the reason.
    undetermined: Mapping[str, int]


def verdicts(packets: Sequence[Packet], interfaces: Mapping[str, Interface]) -> Verdicts:
    conntrack = Conntrack()
    results: list[Optional[Destination]] = [None] * len(packets)
    reasons: dict[int, str] = {}
    local = {each.number for each in interfaces.values()}
    for index, packet in enumerate(packets):
        impossible = _why_not(packet, interfaces, local)
        if impossible is not None:
            reasons[index] = impossible
    senders = {name: Sender(each) for name, each in interfaces.items()}
    # By user, because to become another one is the only thing that is not done per packet.
    order = sorted((i for i in range(len(packets)) if i not in reasons), key=lambda i: packets[i].uid or 0)
    for start in range(0, len(order), _BATCH):
        pending: Sequence[int] = order[start : start + _BATCH]
        for attempt in range(_ATTEMPTS):
            conntrack.forget_all()
            # A packet of the last attempt that comes in late must not pass for one of this.
            first_port = _FIRST_SOURCE_PORT + attempt * _BATCH
            keys = _send(packets, pending, first_port, senders, reasons)
            if attempt > 0:
                time.sleep(_PATIENCE_SECONDS * attempt)
            found = conntrack.destinations()
            for index, key in keys.items():
                results[index] = found.get(key)
            pending = [index for index in pending if results[index] is None]
            if not pending:
                break
        for index in pending:
            reasons.setdefault(index, _NO_TRACE)
    return Verdicts(results, Counter(reasons[i] for i, result in enumerate(results) if result is None))


def _why_not(packet: Packet, interfaces: Mapping[str, Interface], local: set[int]) -> Optional[str]:
    if packet.interface not in interfaces:
        return f"there is no interface {packet.interface}"
    if packet.hook == "PREROUTING":
        return "nothing comes in through lo" if packet.interface == LOOPBACK else None
    if packet.uid is None:
        return "a packet that goes out comes from a socket, which has a user"
    if packet.interface != LOOPBACK and (packet.destination in local or packet.destination >> 24 == 127):
        return "a packet to an own address leaves by lo alone"
    return None


def _send(
    packets: Sequence[Packet],
    pending: Sequence[int],
    first_port: int,
    senders: Mapping[str, Sender],
    reasons: dict[int, str],
) -> dict[int, tuple[int, int, int, int]]:
    """Sends each packet from a source port of its own and returns how conntrack knows it."""
    keys = {}
    user = 0
    try:
        for source_port, index in enumerate(pending, first_port):
            packet = packets[index]
            keys[index] = (PROTOCOLS[packet.protocol], source_port, packet.destination, packet.port)
            sender = senders[packet.interface]
            try:
                if packet.hook == "PREROUTING":
                    sender.receive(packet, source_port)
                    continue
                if packet.uid != user:
                    create_files_as(packet.uid or 0)
                    user = packet.uid or 0
                sender.connect(packet, source_port)
            except OSError as error:
                reasons[index] = f"the kernel refused to send the packet: {errno.errorcode.get(error.errno or 0, error)}"
    finally:
        create_files_as(0)
    return keys
