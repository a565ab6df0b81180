"""The few system calls that Python 3.9 to 3.11 lack, each of which raises OSError if the kernel refuses it."""

import ctypes
import os

CLONE_NEWNS = 0x00020000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

_MS_NOSUID, _MS_NODEV, _MS_REC, _MS_PRIVATE = 0x2, 0x4, 0x4000, 0x40000
_PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True)
_libc.setfsuid.argtypes = [ctypes.c_uint]


def _check(what: str, result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    _check("unshare", _libc.unshare(flags))


def hide(folder: str, limit: str) -> None:
    """Puts an empty file system of at most `limit` bytes over `folder`, seen in this mount namespace alone."""
    _check("mount / privately", _libc.mount(None, b"/", None, _MS_REC | _MS_PRIVATE, None))
    flags, options = _MS_NOSUID | _MS_NODEV, f"mode=755,size={limit}".encode()
    _check(f"mount {folder}", _libc.mount(b"tmpfs", folder.encode(), b"tmpfs", flags, options))


def signal_at_death_of(parent: int, number: int) -> None:
    """Has the kernel send this process a signal when its parent dies; ends it at once if that is gone already."""
    _check("prctl", _libc.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0))
    if os.getppid() != parent:
        os._exit(1)


def create_files_as(uid: int) -> None:
    """
    Makes `uid` the owner of the sockets that are created from now on, which is what iptables' owner match looks at.
    Unlike after seteuid, the rights to mark a socket and to bind it stay. The call itself never tells that it failed,
    but returns the value before it, for which -1, never valid, is the way to ask.
    """
    _libc.setfsuid(uid)
    if _libc.setfsuid(0xFFFFFFFF) & 0xFFFFFFFF != uid:
        raise OSError(f"setfsuid: the kernel refuses to create files as user {uid}")
