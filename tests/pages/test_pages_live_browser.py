"""Live in the browser as the server sees it, run without a browser."""

from pathlib import Path

import numpy as np
import pytest
from helpers import components
from streamlit.testing.v1 import AppTest

from fer.evaluation import resting, stored
from fer.runs.store import RunStore
from pages.parts.live import browser

ROOT = Path(__file__).parents[2]


@pytest.fixture
def live() -> AppTest:
    return AppTest.from_file(str(ROOT / "pages/live.py"), default_timeout=60)


def accepted(live: AppTest) -> AppTest:
    live.session_state["notice-accepted-on-device"] = True
    return live.run()


def component(app: AppTest) -> dict:
    (data,) = components.shown(app, "fer_live_browser")
    return data


def words(app: AppTest) -> str:
    return " ".join(element.value for element in (*app.markdown, *app.caption))


def test_the_browser_is_the_default_and_each_place_says_what_happens_to_the_images(live):
    app = live.run()
    assert "stays on this device" in words(app) and "only readings reach the server" in words(app)
    app = app.button(key="notice-continue").click().run()
    assert not app.exception and component(app)["model"]["id"] == RunStore().default.id
    app.session_state[browser.PLACE] = browser.ON_SERVER
    app = app.run()
    assert "is sent to the server" in words(app), "agreeing to one does not agree to the other"
    assert "stays on this device" not in words(app)


def test_the_page_gets_the_runs_file_its_classes_and_how_to_answer(live):
    app, run = accepted(live), RunStore().default
    model = component(app)["model"]
    assert model["url"].startswith("/") and model["classes"] == len(run.labels) == len(model["colors"])
    assert model["labels"] == list(run.labels)
    settings, correction = component(app)["settings"], run.card.correction()
    assert settings["temperature"] == correction.temperature and settings["threshold"] == round(correction.threshold, 2)
    app = app.toggle(key="live-balance").set_value(False).run()
    assert component(app)["settings"]["offsets"] is None
    assert (browser.STATIC / component(app)["version"] / "page.js").is_file()


def test_settings_reach_the_page_at_once(live):
    app = accepted(live)
    app = app.slider(key="live-smoothing").set_value(2.0).run()
    app = app.select_slider(key="live-side-browser").set_value(640).run()
    assert component(app)["settings"]["smoothing"] == 2.0 and component(app)["settings"]["side"] == 640
    app = app.selectbox(key="model").set_value("mini_xception").run()
    assert component(app)["model"]["id"] == "mini_xception"


def test_readings_are_acknowledged_and_shown(live):
    app = accepted(live)
    run = RunStore().default
    share = [1 / len(run.labels)] * len(run.labels)
    rows = [[i / 10, run.id, 1, 10, 20, 30, 40, *share] for i in range(30)]
    app.session_state["live-readings"].take({"session": "1", "from": 0, "rows": rows}, {run.id: run.labels})
    app = app.run()
    assert component(app)["received"] == 30 and component(app)["session"] == "1"
    (face,) = components.shown(app, "fer_lanes")[0]["faces"]
    assert face["number"] == 1 and {span["title"] for span in face["spans"]} == {"Not sure"}


def test_a_resting_face_read_as_sad_counts_as_neutral_once_it_was_seen_for_three_seconds(live):
    app, run = accepted(live), RunStore().default
    before = component(app)["settings"]
    app = app.button(key="live-learn").click().run()
    assert "3 seconds left" in words(app)
    sad = [0.1 / 6] * 7
    sad[run.labels.index("sad")] = 0.9
    sent = app.session_state["live-readings"]
    rows = [[i / 10, run.id, 1, 10, 20, 30, 40, *sad] for i in range(20)]
    sent.take({"session": "1", "from": 0, "rows": rows}, {run.id: run.labels})
    app = app.run()
    assert "2 seconds left" in words(app)
    rows = [[i / 10, run.id, 1, 10, 20, 30, 40, *sad] for i in range(20, 40)]
    sent.take({"session": "1", "from": 20, "rows": rows}, {run.id: run.labels})
    app = app.run()
    gained = [new - old for new, old in zip(component(app)["settings"]["offsets"], before["offsets"], strict=True)]
    assert not app.exception and gained[run.labels.index("neutral")] > 0 > gained[run.labels.index("sad")]
    app = app.button(key="live-forget").click().run()
    assert component(app)["settings"] == before


def test_a_resting_face_is_compared_with_answers_of_the_same_kind(live):
    app, run = accepted(live), RunStore().default
    app = app.toggle(key="live-balance").set_value(False).run()
    assert component(app)["settings"]["offsets"] is None
    app = app.button(key="live-learn").click().run()
    report = stored.report(run, "fer2013", "val").at_temperature(run.card.correction(balance=False).temperature)
    usual = np.exp(resting.usual(report))
    rows = [[i / 10, run.id, 1, 10, 20, 30, 40, *(usual / usual.sum()).tolist()] for i in range(40)]
    app.session_state["live-readings"].take({"session": "1", "from": 0, "rows": rows}, {run.id: run.labels})
    app = app.run()
    assert np.abs(component(app)["settings"]["offsets"] or 0).max() < 0.01, "an ordinary face needs no shift"
    app = app.toggle(key="live-balance").set_value(True).run()
    assert not app.exception and app.button(key="live-learn"), "that was learned for answers as trained"


def test_a_smile_is_refused_in_a_message_that_stays(live):
    app, run = accepted(live), RunStore().default
    before = component(app)["settings"]
    app = app.button(key="live-learn").click().run()
    happy = [0.001] * 7
    happy[run.labels.index("happy")] = 0.994
    rows = [[i / 10, run.id, 1, 10, 20, 30, 40, *happy] for i in range(50)]
    app.session_state["live-readings"].take({"session": "1", "from": 0, "rows": rows}, {run.id: run.labels})
    app = app.run()
    assert not app.exception and "read as happy" in app.toast[0].value and component(app)["settings"] == before


def test_a_resting_face_must_be_the_only_one(live):
    app, run = accepted(live), RunStore().default
    app = app.button(key="live-learn").click().run()
    share = [1 / 7] * 7
    rows = [[i / 10, run.id, 1 + i % 2, 10, 20, 30, 40, *share] for i in range(50)]
    app.session_state["live-readings"].take({"session": "1", "from": 0, "rows": rows}, {run.id: run.labels})
    app = app.run()
    assert "only one in view" in words(app) and app.button(key="live-learn")
