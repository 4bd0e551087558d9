"""Machines for tests: network namespaces joined by a cable, as far apart as one host allows.

They share disk and memory, but no address: a process in one reaches the other by its network only.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass


@dataclass(frozen=True)
class Machine:
    namespace: str
    address: str

    def command(self, *words: str) -> list[str]:
        """The command that runs these words there."""
        return ["ip", "netns", "exec", self.namespace, *words]

    def processes(self) -> list[int]:
        return [int(pid) for pid in _ip("netns", "pids", self.namespace).split()]

    def crash(self) -> None:
        """Without a word to anybody."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def lacking() -> str:
    """Why there can be none here; empty where they can be made."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    return "" if shutil.which("ip") else "network namespaces need `ip`: apt-get install iproute2"


@contextmanager
def two_machines() -> Iterator[tuple[Machine, Machine]]:
    names = [f"orch-{os.getpid()}-{number}" for number in (1, 2)]
    first, second = (Machine(name, f"198.18.0.{i}") for i, name in enumerate(names, 1))
    try:
        for machine in (first, second):
            _ip("netns", "add", machine.namespace)
        _ip(*f"-n {first.namespace} link add wire type veth".split(),
            *f"peer name wire netns {second.namespace}".split())  # fmt: skip
        for machine in (first, second):
            _ip(*f"-n {machine.namespace} address add {machine.address}/24 dev wire".split())
            _ip(*f"-n {machine.namespace} link set wire up".split())
            _ip(*f"-n {machine.namespace} link set lo up".split())
        yield first, second
    finally:
        for machine in (first, second):
            with suppress(subprocess.CalledProcessError):
                machine.crash()
                _ip("netns", "delete", machine.namespace)


def _ip(*words: str) -> str:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=True)
    return done.stdout
