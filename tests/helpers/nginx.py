"""Debian's nginx on a free loopback port, with the configuration of deploy/nginx.conf."""

import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest
from helpers.browsing import free_port, start, wait_for
from helpers.shipped import ROOT

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
USER = "user root;" if os.name == "posix" and os.getuid() == 0 else ""  # whose workers may write into the folder
AROUND = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 512; }}
http {{
    log_format where '$uid_got$uid_set|$upstream_addr|$request_method|$uri';
    access_log {folder}/access.log where;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


class Replicas:
    """Two servers of one app: a context manager that starts them, by port."""

    def __init__(self, house: Path, **environment: str):
        self._house, self._environment = house, environment
        self.ports = (free_port(), free_port())
        self.processes: dict[int, subprocess.Popen] = {}

    def __enter__(self) -> "Replicas":
        try:
            for port in self.ports:
                self.processes[port] = start(self._house, port, **self._environment)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        for process in self.processes.values():
            process.terminate()
            process.wait(timeout=20)

    def kill(self, port: int) -> None:
        self.processes[port].kill()
        self.processes[port].wait(timeout=20)


@contextmanager
def nginx(folder: Path, ports: tuple[int, int], changes: dict[str, str] | None = None, *, path: str = "/"):
    """The address of nginx before two servers.

    Args:
        folder: for its files.
        ports: of the servers.
        changes: other texts for parts of the configuration, by the part.
        path: of the app.
    """
    if not NGINX:
        pytest.skip("needs Debian's nginx")
    port, site = free_port(), (ROOT / "deploy/nginx.conf").read_text()
    changed = {
        "listen 80;": f"listen 127.0.0.1:{port};",
        "8501": str(ports[0]),
        "8502": str(ports[1]),
        **(changes or {}),
    }
    for old, new in changed.items():
        assert old in site, f"deploy/nginx.conf has no {old!r}"
        site = site.replace(old, new)
    (folder / "site.conf").write_text(site)
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=USER))
    process = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")])
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address + path)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)
