"""Live in the visitor's own browser, in Debian's Chromium, whose camera is a video."""

import csv
import gzip
import shutil
from http.server import BaseHTTPRequestHandler

import pytest
from helpers.browsing import barriers
from helpers.serving import Quiet, serving

from fer.data.labels import EMOTIONS

LARGEST = 20_000  # bytes of a message to the server; one image of the camera has more


def begin(page, server: str, path: str = "/live") -> None:
    """Open the page up to the camera's start."""
    page.goto(server + path)
    page.get_by_role("button", name="Continue").wait_for()
    page.wait_for_function("document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Start", exact=True).click()


def face(page):
    return page.locator(".now article")


def leave(page) -> None:
    page.get_by_role("link", name="Models").click()
    page.get_by_role("heading", name="Models").wait_for()


@pytest.fixture
def tracks(page) -> None:
    """Keeps the camera's tracks and the workers in `window`, so that a test can ask for their state."""
    page.add_init_script(
        """self.tracks = []; self.workers = [];
        const get = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (wanted) => {
            const stream = await get(wanted);
            tracks.push(...stream.getTracks());
            return stream;
        };
        self.Worker = class extends Worker {
            constructor(...given) { super(...given); workers.push("on"); this.place = workers.length - 1; }
            terminate() { super.terminate(); workers[this.place] = "off"; }
        };"""
    )


def test_faces_are_read_in_the_browser_and_no_image_leaves_it(server, page, download, tracks):
    messages, requests = [], []
    page.on("websocket", lambda socket: socket.on("framesent", lambda payload: messages.append(len(payload))))
    page.on("request", lambda request: requests.append((request.method, len(request.post_data_buffer or b""))))
    begin(page, server)
    face(page).first.wait_for()
    assert "Face 1" in face(page).first.inner_text() and "Happy" in face(page).first.inner_text()
    page.get_by_text("frames a second").wait_for()
    page.locator(".lanes .lane").first.wait_for()
    page.wait_for_timeout(4000)
    assert len(messages) > 4 and max(messages) < LARGEST
    assert {method for method, _ in requests} == {"GET"}
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_text("The camera is off.").wait_for()
    assert page.evaluate("tracks.map((track) => track.readyState)") == ["ended"]
    page.get_by_text("The whole session").click()
    rows = list(csv.DictReader(download(page.get_by_role("button", name="Readings (CSV)")).open()))
    assert {row["model"] for row in rows} == {"vgg_small"} and {row["face"] for row in rows} == {"1"}


def test_settings_the_model_and_the_buttons_act_while_it_is_live(server, page, tracks):
    begin(page, server)
    face(page).first.wait_for()
    page.get_by_role("button", name="Take snapshot").click()
    page.get_by_alt_text("Snapshot with the faces marked").wait_for()
    mirror = page.get_by_role("button", name="Mirror")
    mirror.click()
    assert mirror.get_attribute("aria-pressed") == "false"
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("document.fullscreenElement")
    page.evaluate("document.exitFullscreen()")
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("combobox", name="Model").click()
    page.get_by_role("option", name="mini_xception", exact=True).click()
    page.keyboard.press("Escape")
    page.get_by_text("mini_xception ·").wait_for()
    page.wait_for_timeout(2000)
    assert face(page).count() == 1
    leave(page)
    page.wait_for_timeout(1000)
    assert page.evaluate("tracks.map((track) => track.readyState)") == ["ended"]
    assert page.evaluate("workers") == ["off"], "what was live ends with the page"


def test_a_camera_that_does_not_start_says_why_and_what_to_do(server, page):
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', window.why); };"
    )
    errors = {
        "NotAllowedError": "Camera access is blocked.",
        "NotFoundError": "No camera found.",
        "NotReadableError": "The camera is in use by another program.",
    }
    begin(page, server)
    for error, sentence in errors.items():
        page.evaluate(f"self.why = '{error}'")
        page.get_by_role("button", name="Start", exact=True).click()
        page.get_by_text(sentence).wait_for()


def test_a_page_that_embeds_the_app_without_the_camera_is_named_as_the_reason(server, page):
    class Embedding(Quiet, BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(f'<iframe src="{server}/live" style="width: 100%; height: 90vh"></iframe>'.encode())

    with serving(Embedding) as parent:
        page.goto(f"http://127.0.0.1:{parent.server_port}/")
        app = page.frame_locator("iframe").first
        app.get_by_role("button", name="Continue").click()
        app.get_by_role("button", name="Start", exact=True).click()
        app.get_by_text("The page that embeds this app does not let it use the camera.").wait_for()


def test_a_model_that_does_not_run_in_the_browser_says_so_and_offers_the_server(server, page):
    page.route("**/media/*", lambda route: route.fulfill(body=gzip.compress(b"no model")))
    page.goto(f"{server}/live")
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("vgg_small does not run in this browser.").wait_for()
    page.get_by_role("button", name="Read on the server").click()
    page.get_by_text("is sent to the server that runs this app").wait_for()


def test_a_model_whose_download_failed_is_loaded_by_the_next_start(server, page):
    page.add_init_script(
        """const get = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (wanted) => {
            await new Promise((done) => setTimeout(done, 3000));  // the download fails first
            return get(wanted);
        };"""
    )
    page.route("**/media/*", lambda route: route.abort())
    begin(page, server)
    page.get_by_role("button", name="Stop", exact=True).wait_for()
    page.get_by_text("vgg_small does not run in this browser").wait_for()
    page.unroute("**/media/*")
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("button", name="Start", exact=True).click()
    face(page).first.wait_for()


def test_a_model_with_classes_of_ones_own_runs_too(server, page, shared_house):
    mine = shared_house / "models" / "mine"
    shutil.copytree(shared_house / "models" / "mini_xception", mine)
    card = (mine / "card.json").read_text()
    for label in EMOTIONS:
        card = card.replace(f'"{label}"', f'"my {label}"')
    (mine / "card.json").write_text(card)
    begin(page, server, "/live?model=mine")
    face(page).first.get_by_text("My happy", exact=True).wait_for()
    assert face(page).locator(".bars").first.inner_text().split("\n")[0] == "my angry"


def test_axe_finds_nothing_serious_while_it_is_live(server, page):
    begin(page, server)
    face(page).first.wait_for()
    assert not barriers(page)
