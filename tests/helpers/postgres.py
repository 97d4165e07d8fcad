"""A real PostgreSQL of the tests' own: Debian's package, a free loopback port, a data directory that is thrown away."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

USER, PASSWORD = "fer", "only-for-tests"
PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))  # Debian's; not on the path
CONTROL = shutil.which("pg_ctl") or (str(PLACES[-1]) if PLACES else None)
# root may not run it; Debian's package makes this user
ACCOUNT = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.name != "nt" and os.geteuid() == 0 else {}


class Postgres:
    """A server that runs."""

    def __init__(self, port: int):
        self.port, self.databases = port, 0

    def url(self, database: str = "postgres", user: str = USER, password: str = PASSWORD) -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def run(self, statement: str, database: str = "postgres") -> None:
        """Run one statement of SQL as the owner."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement)  # pyright: ignore[reportCallIssue, reportArgumentType]

    def new(self) -> str:
        """The URL of a new, empty database."""
        self.databases += 1
        name = f"studies{self.databases}"
        self.run(f"CREATE DATABASE {name}")
        return self.url(name)


@contextmanager
def running() -> Iterator[Postgres]:
    """A server that runs until the end of the context."""
    assert CONTROL
    binaries = Path(CONTROL).resolve().parent
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        password, data = Path(folder) / "password", Path(folder) / "data"
        password.write_text(PASSWORD)
        if ACCOUNT:
            for path in (folder, password):
                shutil.chown(path, ACCOUNT["user"], ACCOUNT["group"])
        made = ["-D", data, "-U", USER, "--pwfile", password, "--auth", "scram-sha-256", "-E", "UTF8", "-N"]
        options = f"-F -p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"  # -F: nothing must last
        _run(binaries / "initdb", *made, folder=folder)
        _run(binaries / "pg_ctl", "-D", data, "-l", data / "log", "-o", options, "-w", "start", folder=folder)
        try:
            yield Postgres(port)
        finally:
            _run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop", folder=folder)


def _run(*command: object, folder: str) -> None:
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, cwd=folder, **ACCOUNT)
