#!/usr/bin/python3
"""
Looks at the kernel for the tests, from a privileged pod that sees all processes of its node. Reads a job from standard
input, writes its result to standard output, both JSON:

    {"do": "look", "pods": {UID: [DIAL, ...]}}   -> {UID: {"arrivals": [TEXT, ...], "tables": {"legacy": TEXT, "nft": TEXT}}}
    {"do": "dial", "dials": [DIAL, ...]}         -> [TEXT, ...]           from the node's own network
    {"do": "kill-sandbox", "pod": UID}           -> the process that was ended
    {"do": "run", "pod": UID, "commands": [[WORD, ...], ...]} -> [{"status": NUMBER, "output": TEXT}, ...]  in the pod's network
    {"do": "cost", "pod": UID}                   -> {"cpuSeconds", "residentKiB", "anonymousKiB": NUMBER}  of its processes and their children
    {"do": "signal-kubelet", "signal": NAME, "continueAfter": SECONDS}
    {"do": "ready"}                              -> routes the world outside to this node, see OUTSIDE

A DIAL is {"address", "port", "uid"}: a TCP connection by a process of that user. Its TEXT is what the other end says of
itself, as sidecar.py and application.py do, or the name of what happened instead: `refused`, `no answer`, ...
A pod's network is entered through a process of the pod; one that has no process has none.
"""

import ctypes
import errno
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import typing

CLONE_NEWNET = 0x40000000
# Addresses that stand for the world outside: the node answers for them, on the ports that application.py listens on.
OUTSIDE = ("1.1.1.0/24", "2.2.2.0/24", "3.3.3.0/24")
PATIENCE_S = 2.0

libc = ctypes.CDLL(None, use_errno=True)


def enter_network(pid: int) -> None:
    with open(f"/proc/{pid}/ns/net", "rb") as namespace:
        if libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")


def processes() -> "list[tuple[int, str]]":
    """Each process with its cgroup, as one text."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/cgroup") as text:
                    found.append((int(name), text.read()))
            except OSError:
                pass  # it has ended since
    return found


def of_pod(uid: str) -> "list[int]":
    """Processes of the pod; with systemd its cgroup is named with underscores."""
    named = re.compile(re.escape(f"pod{uid}").replace(r"\-", "[-_]"))
    return [pid for pid, groups in processes() if named.search(groups)]


def argument(pid: int, at: int) -> str:
    with open(f"/proc/{pid}/cmdline", "rb") as text:
        arguments = text.read().split(b"\0")
    return os.fsdecode(arguments[at]) if at < len(arguments) else ""


def sandbox_of(uid: str) -> int:
    for pid in of_pod(uid):
        if argument(pid, 0).endswith("pause") or argument(pid, 2) == "999999999":
            return pid
    raise LookupError(f"no sandbox of pod {uid}")


def dial_all(dials: "list[dict]") -> "list[str]":
    """All at once, each in a process of its own, which belongs to the user."""
    pipes = []
    for each in dials:
        reader, writer = os.pipe()
        if os.fork() == 0:
            os.close(reader)
            os.setgroups([])
            os.setresgid(each["uid"], each["uid"], each["uid"])
            os.setresuid(each["uid"], each["uid"], each["uid"])
            os.write(writer, connect(each["address"], each["port"]).encode())
            os._exit(0)
        os.close(writer)
        pipes.append(reader)
    arrivals = []
    for reader in pipes:
        with os.fdopen(reader) as pipe:
            arrivals.append(pipe.read())
    for _ in pipes:
        os.wait()
    return arrivals


def connect(address: str, port: int) -> str:
    try:
        with socket.create_connection((address, port), timeout=PATIENCE_S) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            text = connection.recv(200).decode(errors="replace")
            return text.splitlines()[0] if text else "closed"
    except socket.timeout:
        return "no answer"
    except OSError as error:
        return {
            errno.ECONNREFUSED: "refused",
            errno.ECONNRESET: "reset",
            errno.EHOSTUNREACH: "unreachable",
            errno.ENETUNREACH: "unreachable",
        }.get(error.errno, str(error))


def table(backend: str) -> str:
    result = subprocess.run([f"/usr/sbin/iptables-{backend}-save", "-t", "nat"], capture_output=True, text=True)
    return result.stdout if result.returncode == 0 else f"# exit status {result.returncode}: {result.stderr}"


def look(dials: "list[dict]") -> dict:
    return {"arrivals": dial_all(dials), "tables": {backend: table(backend) for backend in ("legacy", "nft")}}


def look_at(uid: str, dials: "list[dict]") -> dict:
    inside = of_pod(uid)
    if not inside:
        return {"arrivals": ["no process"] * len(dials), "tables": {}}
    return within(inside[0], lambda: look(dials))


def within(pid: int, action: "typing.Callable[[], object]") -> object:
    """What the action answers in the network of the process."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        enter_network(pid)
        with os.fdopen(writer, "w") as pipe:
            json.dump(action(), pipe)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        result = json.load(pipe)
    os.waitpid(child, 0)
    return result


def run(command: "list[str]") -> dict:
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return {"status": result.returncode, "output": result.stdout}


def cost(uid: str) -> dict:
    ticks = 0
    memory = {"VmRSS:": 0, "RssAnon:": 0}
    for pid in of_pod(uid):
        with open(f"/proc/{pid}/stat") as text:
            # After the name, which may hold anything: the time of the process and of the children that it has waited for.
            ticks += sum(map(int, text.read().rpartition(")")[2].split()[11:15]))
        with open(f"/proc/{pid}/status") as text:
            for name, kib in (line.split()[:2] for line in text if line.startswith(tuple(memory))):
                memory[name] += int(kib)
    return {"cpuSeconds": ticks / os.sysconf("SC_CLK_TCK"), "residentKiB": memory["VmRSS:"], "anonymousKiB": memory["RssAnon:"]}


def kubelet() -> int:
    for pid, _ in processes():
        if os.path.basename(argument(pid, 0)) == "kubelet":
            return pid
    raise LookupError("no kubelet runs")


def signal_kubelet(name: str, continue_after: float) -> None:
    """The answer has to leave before the kubelet stops, for it comes through the kubelet; so does the signal to go on."""
    pid = kubelet()
    if os.fork() != 0:
        return
    os.setsid()
    for descriptor in (0, 1, 2):
        os.close(descriptor)
    time.sleep(0.5)
    os.kill(pid, getattr(signal, name))
    if continue_after > 0:
        time.sleep(continue_after)
        os.kill(pid, signal.SIGCONT)
    os._exit(0)


def ready() -> None:
    for net in OUTSIDE:
        subprocess.run(["/bin/busybox", "ip", "route", "replace", "local", net, "dev", "lo"], check=True)


def main(job: dict) -> object:
    what = job["do"]
    if what == "look":
        return {uid: look_at(uid, dials) for uid, dials in job["pods"].items()}
    if what == "dial":
        return dial_all(job["dials"])
    if what == "kill-sandbox":
        pid = sandbox_of(job["pod"])
        os.kill(pid, signal.SIGKILL)
        return pid
    if what == "run":
        return within(of_pod(job["pod"])[0], lambda: [run(command) for command in job["commands"]])
    if what == "cost":
        return cost(job["pod"])
    if what == "signal-kubelet":
        return signal_kubelet(job["signal"], job["continueAfter"])
    if what == "ready":
        return ready()
    raise ValueError(f"nothing known of {what}")


print(json.dumps(main(json.load(sys.stdin))))
