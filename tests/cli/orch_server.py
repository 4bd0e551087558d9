"""Forks an `orch` for each call, from a process that has imported what takes its start-up: 3 s.

As a script: orch_server.py SOCKET. It ends when its standard input is closed.
"""

import atexit
import gc
import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

PRELOADED = (
    "orchestrator.run.run_study",
    "orchestrator.training.engine",
    "orchestrator.reports.build",
)

CLIENT = """\
#!{python} -IS
import json, os, signal, socket, sys
server = socket.socket(socket.AF_UNIX)
server.connect({path!r})
request = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
socket.send_fds(server, [len(request).to_bytes(4, "big")], [0, 1, 2])
server.sendall(request)
pid = int.from_bytes(server.recv(4), "big")
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda number, frame: os.kill(pid, number))
code = int.from_bytes(server.recv(4), "big", signed=True)
if code < 0:
    signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
sys.exit(code)
"""
"""A program `orch` that asks the server at `path`, and is ended and ends as the fork does."""


def serve(path: str) -> None:
    """Returns in the forks only, when they are done."""
    for name in PRELOADED:
        import_module(name)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        print("listening", flush=True)
        while listener in select.select([listener, sys.stdin], [], [])[0]:
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                return attend(connection)
            connection.close()


def attend(connection: socket.socket) -> None:
    """Start the fork that is asked for, and tell the client its process id, then its exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    size, streams, *_ = socket.recv_fds(connection, 4, 3)
    with connection.makefile("rb") as file:
        arguments, folder, environment = json.loads(file.read(int.from_bytes(size, "big")))
    if (pid := os.fork()) == 0:
        connection.close()
        return become_orch(arguments, folder, environment, streams)
    for stream in (0, 1, 2, *streams):
        os.close(stream)
    connection.sendall(pid.to_bytes(4, "big"))
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    connection.sendall(code.to_bytes(4, "big", signed=True))
    os._exit(0)


def become_orch(
    arguments: list[str], folder: str, environment: dict[str, str], streams: list[int]
) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.argv = ["orch", *arguments]
    try:
        import_module("orchestrator.cli.main").main()
    except SystemExit as done:
        end(done.code)


def end(code: Any) -> None:
    """As the interpreter ends, but without taking the libraries apart: 0.3 s."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    del sys.path[0]  # this folder
    serve(sys.argv[1])
