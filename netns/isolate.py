# SPDX-License-Identifier: GPL-2.0-or-later
"""A process with network, mount and process namespaces of its own.

What runs in it sees an empty /run, an empty bpffs and no interface but its own. All of it ends with
the process, however that ends: nothing has to be cleaned up on the host, and nothing can be left.
"""

import ctypes
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

CLONE_NEWNS = 0x00020000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
MS_NOSUID_NODEV_NOEXEC = 2 | 4 | 8
MS_REC = 0x4000
MS_PRIVATE = 1 << 18
PR_SET_PDEATHSIG = 1

libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    _check(libc.unshare(flags), "unshare")


def _mount(kind: str, where: str, flags: int = 0, data: str = "") -> None:
    """Mounts a new filesystem; with kind "" changes the flags of a mount."""
    result = libc.mount(
        kind.encode(),
        where.encode(),
        kind.encode(),
        ctypes.c_ulong(flags),
        data.encode(),
    )
    _check(result, f"mount {kind} on {where}")


def _furnish() -> None:
    """Gives the new namespaces what programs in them need."""
    _mount("", "/", MS_REC | MS_PRIVATE)
    _mount("proc", "/proc", MS_NOSUID_NODEV_NOEXEC)
    _mount("tmpfs", "/run", 0, "mode=0755")
    os.makedirs("/var/lib/mfw", mode=0o700, exist_ok=True)
    _mount("tmpfs", "/var/lib/mfw", 0, "mode=0700")
    _mount("bpf", "/sys/fs/bpf", MS_NOSUID_NODEV_NOEXEC, "mode=0700")
    os.umask(0o022)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def _interrupt_once(_number: int, _frame: object) -> None:
    """Ctrl-C tells every process of ours, and each tells the next one, too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def _first_process(main: Callable[[], int]) -> int:
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _interrupt_once)
    try:
        _furnish()
        return main()
    except KeyboardInterrupt:
        return 130
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except BaseException:  # whatever it is, it must not run on as a second parent
        traceback.print_exc()
        return 1


def _wait(pid: int) -> int:
    """Waits, also when we are interrupted: the other one is told, and cleans up."""
    while True:
        try:
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        except KeyboardInterrupt:
            os.kill(pid, signal.SIGINT)


def _fork(run: Callable[[], int]) -> int:
    """Runs it in a child that dies with us; gives back its pid."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        status = run()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status if 0 <= status <= 255 else 1)


def _outer(main: Callable[[], int], cpu: int | None) -> int:
    if cpu is not None:
        os.sched_setaffinity(0, {cpu})
    unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET)
    # Process ids are of the new namespace from the next child on.
    return _wait(_fork(lambda: _first_process(main)))


def start(main: Callable[[], int], cpu: int | None = None) -> int:
    """Starts main() in namespaces of its own, on one CPU if wanted; gives back a pid to wait for."""
    return _fork(lambda: _outer(main, cpu))


def run(main: Callable[[], int], cpu: int | None = None) -> int:
    """Runs main() in namespaces of its own and gives back its exit status."""
    return _wait(start(main, cpu))


@contextmanager
def inside(namespace: str | None) -> Iterator[None]:
    """Puts this thread into a named network namespace; sockets that it makes there stay there."""
    if namespace is None:
        yield
        return
    back = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    path = namespace if "/" in namespace else f"/run/netns/{namespace}"
    there = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _check(libc.setns(there, CLONE_NEWNET), f"setns {path}")
        yield
    finally:
        os.close(there)
        _check(libc.setns(back, CLONE_NEWNET), "setns back")
        os.close(back)


if __name__ == "__main__":
    sys.exit(run(lambda: subprocess.run(sys.argv[1:]).returncode))
