"""
The inside of a fresh network namespace, so that any packet can take any way through the nat table.

Each interface of the pod is one end of a veth pair whose other end stays here too: what is sent into the other end
comes in through the interface, as if from another pod. Policy routing makes the kernel choose the interface that a
packet should leave by (a mark on its socket says which) and deliver whatever comes in, wherever it was going.
"""

import socket
import subprocess
from dataclasses import dataclass
from typing import Mapping, Sequence

LOOPBACK = "lo"
_LOOPBACK_MARK = 1  # marks are the numbers of routing tables too
_FIRST_MARK = 10
MAC = "02:00:00:00:00:02"  # of each interface
_GATEWAY_MAC = "02:00:00:00:00:01"  # nobody's: packets that leave end here

_SETTINGS = {
    # Any source may come in by any interface, and 127.0.0.0/8 from outside is no reason to drop a packet.
    "ipv4/conf/all/rp_filter": "0",
    "ipv4/conf/default/rp_filter": "0",
    "ipv4/conf/all/route_localnet": "1",
    "ipv4/conf/all/log_martians": "0",
}
_NO_IPV6 = "ipv6/conf/default/disable_ipv6"  # absent from a kernel without IPv6


@dataclass(frozen=True)
class Interface:
    name: str
    address: str
    # A packet from a socket with this mark leaves by this interface, unless its destination is local.
    mark: int
    # The other end of the pair; empty for the loopback interface, which has none.
    peer: str = ""

    @property
    def number(self) -> int:
        return address_number(self.address)


def address_number(address: str) -> int:
    return int.from_bytes(socket.inet_aton(address), "big")


def set_up(ip: str, pod_ip: str, names: Sequence[str]) -> Mapping[str, Interface]:
    """
    Makes the interfaces, of which the first has the pod's address, and the loopback interface; returns them by name.
    Every address is a network of its own: so no other destination is local or a broadcast, but those of 127.0.0.0/8.
    """
    interfaces = [
        Interface(name, pod_ip if index == 0 else f"169.254.77.{index}", _FIRST_MARK + index, f"osm-peer{index}")
        for index, name in enumerate(names)
    ]
    for key, value in _SETTINGS.items():
        _write_setting(key, value)
    try:
        _write_setting(_NO_IPV6, "1")  # its own packets would only cost time
    except FileNotFoundError:
        pass
    loopback = Interface(LOOPBACK, "127.0.0.1", _LOOPBACK_MARK)
    commands = [f"link set {LOOPBACK} up", *(line for each in interfaces for line in _commands(each))]
    commands.append(f"rule add fwmark {_LOOPBACK_MARK} lookup {_LOOPBACK_MARK}")
    source = f"src {pod_ip}" if interfaces else ""
    commands.append(f"route add local default dev {LOOPBACK} {source} table {_LOOPBACK_MARK}")
    if interfaces:
        commands.append(f"route add default via 169.254.1.1 dev {interfaces[0].name} onlink")
    done = subprocess.run([ip, "-batch", "-"], input="\n".join(commands), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the interfaces cannot be set up: {done.stderr.strip()}")
    return {each.name: each for each in [loopback, *interfaces]}


def _commands(interface: Interface) -> Sequence[str]:
    name, mark = interface.name, interface.mark
    return [
        f"link add {name} address {MAC} type veth peer name {interface.peer}",
        f"link set {interface.peer} up",
        f"link set {name} up",
        f"addr add {interface.address}/32 dev {name}",
        f"neigh add 169.254.1.1 lladdr {_GATEWAY_MAC} dev {name}",
        f"route add default via 169.254.1.1 dev {name} onlink src {interface.address} table {mark}",
        f"rule add fwmark {mark} lookup {mark}",
        f"rule add iif {name} lookup {_LOOPBACK_MARK}",
    ]


def _write_setting(key: str, value: str) -> None:
    with open(f"/proc/sys/net/{key}", "w", encoding="ascii") as setting:
        setting.write(value)
