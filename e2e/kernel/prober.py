"""
A worker that asks the Linux kernel what nat rules do to packets:

    prober.py SECONDS

It reads one job per line and writes one answer per line, both JSON and in the same order; prober.ts says what is in
them. A job that fails, or takes longer than SECONDS, is answered with {"error": why}.

Each job has network, mount and process namespaces of its own, which are all that it changes and which vanish with
everything in them. Three processes: this one never leaves its namespaces; the guard makes the new ones and stays
outside; the job is process 1 inside, so that its end is the end of whatever its script started.
"""

import json
import os
import select
import signal
import sys
import time
from typing import Callable, Optional

import job
import linux

_ENDINGS = {signal.SIGTERM, signal.SIGCHLD}


def answer(line: bytes, seconds: float) -> bytes:
    """Starts the guard and waits for what the job writes, but not for longer than `seconds`."""
    worker = os.getpid()
    reader, writer = os.pipe()
    guard = os.fork()
    if guard == 0:
        os.close(reader)
        _in_child(writer, lambda: _guard(line, writer, worker))
    os.close(writer)
    written = _read_all(reader, time.monotonic() + seconds)
    os.close(reader)
    if written is None:
        os.kill(guard, signal.SIGTERM)
    os.waitpid(guard, 0)
    if written is None:
        return _error(f"the job took longer than {seconds:g} s")
    return written or _error("the job ended without an answer")


def _guard(line: bytes, writer: int, worker: int) -> None:
    """Ends the job when told to, or when the worker dies."""
    previous = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDINGS)
    linux.signal_at_death_of(worker, signal.SIGTERM)
    linux.unshare(linux.CLONE_NEWNET | linux.CLONE_NEWNS | linux.CLONE_NEWPID)
    inside = os.fork()
    if inside == 0:
        signal.pthread_sigmask(signal.SIG_SETMASK, previous)
        _in_child(writer, lambda: _write_all(writer, json.dumps(job.run(line)).encode()))
    signal.sigwait(_ENDINGS)
    os.kill(inside, signal.SIGKILL)
    os.waitpid(inside, 0)


def _in_child(writer: int, work: Callable[[], None]) -> None:
    """Does the work and ends this process; what goes wrong becomes the answer."""
    try:
        work()
    except BaseException as error:  # even SystemExit: nothing may pass into the code of the parent
        _write_all(writer, _error(f"{type(error).__name__}: {error}"))
    finally:
        os._exit(0)


def _error(why: str) -> bytes:
    return json.dumps({"error": why}).encode()


def _read_all(reader: int, deadline: float) -> Optional[bytes]:
    """Everything up to the end, or None if that does not come in time."""
    chunks = []
    while select.select([reader], [], [], max(0.0, deadline - time.monotonic()))[0]:
        chunk = os.read(reader, 1 << 20)
        if not chunk:
            return b"".join(chunks)
        chunks.append(chunk)
    return None


def _write_all(writer: int, data: bytes) -> None:
    while data:
        data = data[os.write(writer, data) :]


def main() -> None:
    seconds = float(sys.argv[1])
    linux.signal_at_death_of(os.getppid(), signal.SIGTERM)
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(answer(line, seconds) + b"\n")
        sys.stdout.buffer.flush()


main()
