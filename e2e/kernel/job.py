"""One job, done in namespaces that are its own: run the script under test, then ask what the rules do to packets."""

import json
import os
import subprocess
from typing import Any, Mapping, Optional

import network
import packets
from linux import hide

_PRIVATE = "/run"  # hidden behind an empty folder: iptables-legacy keeps its lock here, and we keep the job's files
_PRIVATE_LIMIT = "64m"
_BIN = f"{_PRIVATE}/bin"
_PATH = f"{_BIN}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_TABLES = {"nft": None, "legacy": "/proc/net/ip_tables_names"}

# Two rules of our own, added only after the script has run and has been looked at. The first matches nothing, but
# conntrack sleeps until a rule needs it. The second keeps a reset from erasing the connection that it answers.
_HELPERS = """*mangle
-I POSTROUTING -m conntrack --ctstate INVALID
COMMIT
*raw
-I OUTPUT -p tcp --tcp-flags RST RST -j DROP
COMMIT
"""


def run(line: bytes) -> Mapping[str, Any]:
    """Takes and returns what prober.ts calls a job and an answer; raises whatever goes wrong."""
    job = json.loads(line)
    programs, backend = job["programs"], job["backend"]
    hide(_PRIVATE, _PRIVATE_LIMIT)
    interfaces = network.set_up(programs["ip"], job["podIp"], job["interfaces"])
    _link_programs(programs, backend)
    ended = _run_script(job)
    saved = _saved(_TABLES[backend])
    _quietly([programs[f"iptables-{backend}-restore"], "--noflush"], _HELPERS)
    verdicts = packets.verdicts([packets.Packet(*packet) for packet in job["packets"]], interfaces)
    return {
        **ended,
        "saved": saved,
        "addresses": {name: interface.number for name, interface in interfaces.items()},
        "verdicts": verdicts.destinations,
        "undetermined": verdicts.undetermined,
    }


def _link_programs(programs: Mapping[str, str], backend: str) -> None:
    """Both backends by their own names, and the job's by the plain ones."""
    os.mkdir(_BIN)
    for name, path in programs.items():
        if name.startswith("iptables-"):
            os.symlink(path, f"{_BIN}/{name}")
    for suffix in ("", "-restore", "-save"):
        os.symlink(programs[f"iptables-{backend}{suffix}"], f"{_BIN}/iptables{suffix}")


def _run_script(job: Mapping[str, Any]) -> Mapping[str, Any]:
    """
    Its output goes to files, not pipes: whatever the script leaves running must not keep us waiting. A shell that a
    signal killed has 128 and the signal's number for its status, as containers do.
    """
    with open(f"{_PRIVATE}/stdout", "w+b") as out, open(f"{_PRIVATE}/stderr", "w+b") as err:
        shell = subprocess.Popen(
            [job["shell"], "-c", job["script"]],
            env={"PATH": _PATH, **job["env"]},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
        status = shell.wait()
        return {"status": status if status >= 0 else 128 - status, "stdout": _text(out), "stderr": _text(err)}


def _text(file: Any) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def _saved(tables: Optional[str]) -> str:
    """The nat table as text; empty if there is none. Legacy tables come into being when they are looked at."""
    if tables is not None:
        try:
            with open(tables, encoding="ascii") as names:
                if "nat" not in names.read().split():
                    return ""
        except FileNotFoundError:
            return ""
    return _quietly([f"{_BIN}/iptables-save", "-t", "nat"])


def _quietly(command: list[str], text: str = "") -> str:
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout
