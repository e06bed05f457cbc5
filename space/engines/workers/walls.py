"""The walls around a worker: what the kernel takes from the process before it sees a query.

Decides which rights a worker gives up, and says which walls stand; a wall the kernel does not have is
reported, not assumed. Linux only: elsewhere no wall but the process itself stands.

Source: Linux landlock(7), seccomp(2), prctl(2), network_namespaces(7).
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

_LIBC = ctypes.CDLL(None, use_errno=True)

_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_DUMPABLE: Final = 4
_CLONE_NEWUSER: Final = 0x10000000
_CLONE_NEWNET: Final = 0x40000000
_CLONE_THREAD: Final = 0x00010000

# landlock: the same numbers on every architecture
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_FS_RIGHTS: Final = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_READ_FILE: Final = 1 << 2
_READ_DIR: Final = 1 << 3
_EXECUTE: Final = 1 << 0
_NET_RIGHTS: Final = 0b11  # bind and connect over TCP
_CONNECT: Final = 0b10
_KNOWS_PORTS: Final = 4  # version of landlock
_RULE_OF_PORTS: Final = 2
_SCOPES: Final = 0b11  # abstract sockets and signals outside the sandbox

# System calls that no query needs, by architecture. Threads are made with clone, so it is judged by flag.
_REFUSED: Final = {
    "x86_64": {
        "socket": 41, "connect": 42, "accept": 43, "sendto": 44, "bind": 49, "listen": 50, "socketpair": 53,
        "fork": 57, "vfork": 58, "execve": 59, "ptrace": 101, "mount": 165, "swapon": 167, "init_module": 175,
        "open_by_handle_at": 304, "setns": 308, "process_vm_readv": 310, "process_vm_writev": 311, "bpf": 321,
        "execveat": 322, "userfaultfd": 323, "io_uring_setup": 425, "pidfd_getfd": 438, "unshare": 272,
        "perf_event_open": 298, "keyctl": 250, "add_key": 248, "kexec_load": 246,
    },
    "aarch64": {
        "socket": 198, "connect": 203, "accept": 202, "sendto": 206, "bind": 200, "listen": 201,
        "socketpair": 199, "execve": 221, "ptrace": 117, "mount": 40, "init_module": 105,
        "open_by_handle_at": 265, "setns": 268, "process_vm_readv": 270, "process_vm_writev": 271, "bpf": 280,
        "execveat": 281, "userfaultfd": 282, "io_uring_setup": 425, "pidfd_getfd": 438, "unshare": 97,
        "perf_event_open": 241, "keyctl": 219, "add_key": 217, "kexec_load": 104,
    },
}  # fmt: skip
# Of these, what one who connects to one port needs.
_TO_CONNECT: Final = ("socket", "connect", "sendto", "socketpair")
_AUDIT_ARCH: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_CLONE: Final = {"x86_64": 56, "aarch64": 220}
_CLONE3: Final = 435
_SECCOMP: Final = {"x86_64": 317, "aarch64": 277}

# How folders that hold installed libraries, and nothing else, are called.
_LIBRARY_FOLDERS: Final = ("site-packages", "dist-packages")

# What the engine asks the kernel about its own size; DuckDB 2.0 ends when it may not read it.
_OWN_SIZE: Final = Path("/proc/self/cgroup")

# Bytes of address space: room for the engine's own limit, its threads and the libraries.
_ADDRESS_SPACE: Final = 8 << 30


def raise_walls(readable: Sequence[Path], seconds: float, *, port: int | None = None) -> dict[str, bool]:
    """Give up every right a query does not need. Before any thread starts; cannot be undone.

    Args:
        readable: the only files the process may open from now on, beside its own libraries.
        seconds: of wall clock the query may take; bounds processor time.
        port: the one TCP port it may connect to, of whatever host; None: no network at all.

    Returns:
        Name of each wall and whether it stands; with a port ``one_port`` in place of ``no_network``.
    """
    walls = {"own_process": True, "resource_limits": _limit(seconds)}
    network = "no_network" if port is None else "one_port"
    if sys.platform != "linux":
        return walls | dict.fromkeys(("no_new_privileges", "landlock", "seccomp", network), False)
    namespace = port is None and _without_network()
    _LIBC.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    walls["no_new_privileges"] = _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    # Landlock binds the calling thread and those it starts: it stands only if there is no other yet.
    alone = len(os.listdir("/proc/self/task")) == 1
    walls["landlock"] = _landlock(readable, port) and alone
    walls["seccomp"] = _seccomp(() if port is None else _TO_CONNECT)
    one_port = walls["landlock"] and _LIBC.syscall(_CREATE_RULESET, None, 0, 1) >= _KNOWS_PORTS
    walls[network] = one_port if port is not None else namespace or walls["seccomp"]
    return walls


def _without_network() -> bool:
    unshared: int = _LIBC.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    return unshared == 0 or _LIBC.unshare(_CLONE_NEWNET) == 0


def _limit(seconds: float) -> bool:
    processor = int(seconds * 4) + 5
    wanted = {
        resource.RLIMIT_AS: _ADDRESS_SPACE,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 256,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: processor,
    }
    for kind, value in wanted.items():
        _, hard = resource.getrlimit(kind)
        bounded = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (bounded, bounded))
    return True


def _landlock(readable: Sequence[Path], port: int | None) -> bool:
    """Read-only on the files and the interpreter's libraries; no other file, no TCP, no signal outside."""
    version = _LIBC.syscall(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        return False
    rights = max((v for v in _FS_RIGHTS if v <= version), default=1)
    handled = _FS_RIGHTS[rights]
    attributes = struct.pack("<Q", handled)
    if version >= _KNOWS_PORTS:
        attributes += struct.pack("<Q", _NET_RIGHTS)
    if version >= 6:
        attributes += struct.pack("<Q", _SCOPES)
    ruleset = _LIBC.syscall(_CREATE_RULESET, attributes, len(attributes), 0)
    if ruleset < 0:
        return False
    try:
        allowed = [(path, _READ_FILE) for path in readable]
        allowed += [(path, _READ_FILE | _READ_DIR | _EXECUTE) for path in _libraries()]
        if not all(_allow(ruleset, path, access) for path, access in allowed):
            return False
        if port is not None and version >= _KNOWS_PORTS and not _allow_port(ruleset, port):
            return False
        return bool(_LIBC.syscall(_RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path, access: int) -> bool:
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not path.is_dir():
            access &= _READ_FILE | _EXECUTE
        rule = struct.pack("<Qi", access, handle)
        return bool(_LIBC.syscall(_ADD_RULE, ruleset, 1, rule, 0) == 0)
    finally:
        # Kept open, its name lasts as long as the process: where memory is short the kernel forgets names of
        # /proc, and what it then finds under the same name is a file of which no rule speaks.
        if path != _OWN_SIZE:
            os.close(handle)


def _allow_port(ruleset: int, port: int) -> bool:
    rule = struct.pack("<QQ", _CONNECT, port)
    return bool(_LIBC.syscall(_ADD_RULE, ruleset, _RULE_OF_PORTS, rule, 0) == 0)


def _libraries() -> list[Path]:
    """Compiled libraries and modules, read when loaded late; what the engine asks of the kernel."""
    import sysconfig

    names = ("stdlib", "platstdlib", "purelib", "platlib")
    folders = {Path(sysconfig.get_path(name)) for name in names}
    # Libraries of a folder beside the interpreter's own (a `.pth` file names it); of no other folder on the
    # path, which may hold an installation with its data.
    folders |= {path for path in map(Path, sys.path) if path.name in _LIBRARY_FOLDERS}
    folders |= {Path("/usr/lib"), Path("/lib"), Path("/lib64"), Path("/usr/lib64")}
    folders |= {_OWN_SIZE, Path("/sys/fs/cgroup"), Path("/sys/devices/system/cpu/online")}
    return sorted(folder for folder in folders if folder.exists())


def _seccomp(needed: Sequence[str] = ()) -> bool:
    """Refuse the system calls no query needs, in every thread; all but these."""
    machine = platform.machine()
    if machine not in _REFUSED:
        return False
    program = _filter(machine, needed)
    array = (ctypes.c_ubyte * len(program)).from_buffer_copy(program)
    header = struct.pack("<HxxxxxxQ", len(program) // 8, ctypes.addressof(array))
    synchronise = 1
    return bool(_LIBC.syscall(_SECCOMP[machine], 1, synchronise, header) == 0)


def _filter(machine: str, needed: Sequence[str]) -> bytes:
    """A classic BPF program: refused calls give EPERM, new processes too, all else runs."""
    load, equal, masked, give = 0x20, 0x15, 0x45, 0x06
    allow, refuse, missing, kill = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000

    def step(code: int, yes: int, no: int, value: int) -> bytes:
        return struct.pack("<HBBI", code, yes, no, value)

    numbers = sorted(number for name, number in _REFUSED[machine].items() if name not in needed)
    program = [step(load, 0, 0, 4), step(equal, 1, 0, _AUDIT_ARCH[machine]), step(give, 0, 0, kill)]
    program.append(step(load, 0, 0, 0))
    for number in numbers:
        program += [step(equal, 0, 1, number), step(give, 0, 0, refuse)]
    program += [step(equal, 0, 1, _CLONE3), step(give, 0, 0, missing)]
    program += [step(equal, 0, 3, _CLONE[machine]), step(load, 0, 0, 16)]
    program += [step(masked, 1, 0, _CLONE_THREAD), step(give, 0, 0, refuse)]
    program.append(step(give, 0, 0, allow))
    return b"".join(program)
