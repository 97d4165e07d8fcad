"""The app behind Debian's nginx with deploy/nginx.conf: two servers with one models folder, and below a path."""

import re
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from helpers.browsing import tab
from helpers.nginx import NGINX, Replicas, nginx
from helpers.shipped import ROOT

from browser import test_browser_live as live
from browser import test_browser_teach as teach
from browser.conftest import furnished
from fer.runs import stop
from fer.runs.queue import state_of
from fer.runs.store import RunStore

PHOTO = ROOT / "pages/parts/samples/pair.jpg"
COOKIE = re.compile(r"emotion_studio=([^;]+)")

pytestmark = pytest.mark.skipif(not NGINX, reason="needs Debian's nginx")


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Path:
    return furnished(tmp_path_factory.mktemp("replicas") / "house")


@pytest.fixture(scope="module")
def replicas(house):
    with Replicas(house) as replicas:
        yield replicas


def log(folder: Path) -> list[tuple[str, int, str, str]]:
    """(visitor, port of the server that answered, method, path) of every request so far."""
    time.sleep(0.5)
    lines = [line.split("|") for line in (folder / "access.log").read_text().splitlines()]
    return [(who, int(where.rpartition(":")[2]), method, path) for who, where, method, path in lines if ":" in where]


def ask(address: str, cookie: str = "") -> str:
    """The visitor's cookie, which nginx sets on a first request."""
    request = urllib.request.Request(address, headers={"Cookie": f"emotion_studio={cookie}"} if cookie else {})
    with urllib.request.urlopen(request, timeout=20) as answer:
        found = COOKIE.search(answer.headers.get("Set-Cookie") or "")
        return found[1] if found else cookie


def visitor_of(page) -> str:
    return next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "emotion_studio")


def show_photo(page, address: str) -> None:
    page.goto(address)
    page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(PHOTO)
    page.get_by_text("Remove my photos").wait_for()
    page.get_by_text("Face 2", exact=True).wait_for()


def test_visitors_are_spread_and_each_stays_with_one_server(replicas, tmp_path):
    with nginx(tmp_path, replicas.ports) as address:
        visitors = [ask(address) for _ in range(24)]
        for cookie in visitors:
            assert ask(f"{address}/_stcore/health", cookie) == cookie
        places = {}
        for who, port, _, _ in log(tmp_path):
            places.setdefault(who, set()).add(port)
        assert len(set(visitors)) == 24 <= len(places) and all(len(ports) == 1 for ports in places.values())
        assert {port for ports in places.values() for port in ports} == set(replicas.ports)


def test_a_server_that_is_killed_takes_only_its_own_visitors_sessions(house, browser, tmp_path):
    with Replicas(house) as replicas, nginx(tmp_path, replicas.ports) as address:
        pages = one_on_each(browser, address, tmp_path, "Read emotions in faces")
        for page in pages.values():
            show_photo(page, address)
        used = {(port, method) for _, port, method, path in log(tmp_path) if "upload_file" in path or "/media/" in path}
        assert {(port, "PUT") for port in replicas.ports} <= used, "uploads go where the session is"
        lost, kept = replicas.ports
        replicas.kill(lost)
        pages[kept].get_by_role("link", name="Models").click()
        pages[kept].get_by_role("heading", name="Models").wait_for()
        pages[kept].get_by_role("link", name="Predict").click()
        pages[kept].get_by_text("Remove my photos").wait_for()
        show_photo(pages[lost], address)  # a new session, on the server that is left
        assert log(tmp_path)[-1][1] == kept
        for page in pages.values():
            page.context.close()


def one_on_each(browser, address: str, folder: Path, heading: str, path: str = "/") -> dict:
    """A visitor on each server, by its port."""
    pages = {}
    while len(pages) < 2:
        page = tab(browser)
        page.goto(address + path)
        page.get_by_role("heading", name=heading).wait_for()
        port = {where for _, where, _, path in log(folder)[-3:]}.pop()
        (page.context.close() if port in pages else pages.setdefault(port, page))
    return pages


def test_two_visitors_of_two_servers_train_one_after_the_other(replicas, house, browser, tmp_path):
    with nginx(tmp_path, replicas.ports) as address:
        pages = one_on_each(browser, address, tmp_path, "Train a network", "/train").values()
        for page, name in zip(pages, ("mine", "yours"), strict=True):
            page.get_by_role("textbox", name="Run name").fill(name)
        for page in pages:
            page.get_by_role("button", name="Train", exact=True).click()
        store = RunStore(house / "models")
        until(lambda: {"mine", "yours"} <= {run.id for run in store})
        until(lambda: sorted(state_of(store[name]) for name in ("mine", "yours")) == ["queued", "training"])
        for page in pages:  # each sees both
            page.get_by_text("mine").first.wait_for()
            page.get_by_text("yours").first.wait_for()
        first = next(name for name in ("mine", "yours") if state_of(store[name]) == "training")
        stop.ask(store[first])
        other = "yours" if first == "mine" else "mine"
        until(lambda: (state_of(store[first]), state_of(store[other])) == ("stopped", "training"))
        stop.ask(store[other])
        until(lambda: state_of(store[other]) == "stopped")
        for page in pages:
            page.context.close()


def until(holds) -> None:
    started = time.monotonic()
    while not holds():
        assert time.monotonic() - started < 120
        time.sleep(0.2)


def test_uploads_above_a_megabyte_pass_and_larger_ones_than_allowed_are_told(replicas, tmp_path):
    with nginx(tmp_path, replicas.ports, {"110m": "3m"}) as address:
        for size, status in ((2_000_000, {403, 404, 400, 405}), (4_000_000, {413})):
            request = urllib.request.Request(f"{address}/_stcore/upload_file/x/y", b"0" * size, method="PUT")
            with pytest.raises(urllib.error.HTTPError) as error:
                urllib.request.urlopen(request, timeout=20)
            assert error.value.code in status, "the app itself refuses what is no session's"
        assert error.value.read() == b"This file is larger than this server takes. Choose a smaller one.\n"


def test_below_a_path_live_and_teach_load_their_modules_and_the_model(house, browser, tmp_path):
    below = {"location / {": "location /emotions/ {"}
    with (
        Replicas(house, STREAMLIT_SERVER_BASE_URL_PATH="emotions") as replicas,
        nginx(tmp_path, replicas.ports, below, path="/emotions/") as address,
    ):
        page = tab(browser)
        live.begin(page, f"{address}/emotions")
        live.face(page).first.wait_for()
        page.context.close()
        page = tab(browser)
        teach.begin(page, f"{address}/emotions")
        page.wait_for_load_state("networkidle")  # until the network is there, a hold records nothing
        teach.hold(page, page.locator(".card .name").first.input_value(), faces=2)
        paths = {path for _, _, _, path in log(tmp_path)}
        assert all(path.startswith("/emotions/") for path in paths) and any("/media/" in path for path in paths)
        page.context.close()


def test_the_configuration_is_right_in_nginxs_own_eyes(tmp_path):
    with nginx(tmp_path, (1, 2)):
        done = subprocess.run(
            [NGINX, "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf"], capture_output=True, text=True
        )
    assert done.returncode == 0 and "warn" not in done.stderr
