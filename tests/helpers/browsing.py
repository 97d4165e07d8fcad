"""A server of the app and a real browser before it, for tests and benchmarks."""

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def start(root: Path, port: int, **environment: str) -> subprocess.Popen:
    """Start a server of the app in that folder, and wait until it answers."""
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.headless=true"]
    process = subprocess.Popen(
        [*command, f"--server.port={port}", "--server.address=127.0.0.1"], cwd=root, env={**os.environ, **environment}
    )
    base = environment.get("STREAMLIT_SERVER_BASE_URL_PATH", "")
    wait_for(f"http://127.0.0.1:{port}/{base + '/' if base else ''}_stcore/health")
    return process


def wait_for(address: str) -> None:
    """Wait until there is an answer, at most half a minute."""
    for _ in range(300):
        try:
            urlopen(address, timeout=5)
            return
        except HTTPError:  # of a proxy before nothing, for example
            return
        except OSError:
            time.sleep(0.1)


@contextmanager
def serve(root: Path, **environment: str):
    """The address of a server of the app in that folder, started for one test alone."""
    port = free_port()
    process = start(root, port, **environment)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def chromium(*flags: str):
    """Debian's Chromium, started with these flags too."""
    if not CHROMIUM:
        pytest.skip("needs Debian's chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags])
        yield browser
        browser.close()


def tab(browser):
    """An empty tab in a context of its own."""
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    tab.set_default_timeout(60_000)
    return tab


@contextmanager
def browse(*flags: str):
    """An empty tab of a Chromium of its own."""
    with chromium(*flags) as browser:
        yield tab(browser)


def barriers(page, schemes: tuple[str, ...] = ("light", "dark")) -> list[tuple[str, str, str]]:
    """What axe calls serious on a page, in these themes. Some styles only come with the next load of the page."""
    from axe_playwright_python.sync_playwright import Axe

    found = []
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(800)  # what fades in has no contrast while it does
        serious = [v for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
        found += [(scheme, v["id"], v["nodes"][0]["html"][:200]) for v in serious]
    return found


def wait(page, until) -> None:
    """Wait for what `wait_for_function` does not see, such as a component in a shadow root, or a file."""
    for _ in range(600):
        if until():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never came")
