"""The Models page in AppTest; a test that opens a drawer needs the fixture `no_links`."""

import json

from helpers.shipped import ROOT
from streamlit.testing.v1 import AppTest


def opened(id: str = "", part: str = "", **state) -> AppTest:
    """The page, with a run's drawer open at one of its parts."""
    app = AppTest.from_file(str(ROOT / "pages/models.py"), default_timeout=120)
    if id:
        app.query_params["model"] = id
    for key, value in {"models-part": part or None, **state}.items():
        if value:
            app.session_state[key] = value
    return app.run()


def leaderboard(app: AppTest, which: int = 0) -> dict[str, list[dict]]:
    """The rows of a leaderboard by the title of their group."""
    data = json.loads(app.get("bidi_component")[which].proto.json)
    return {group["title"]: group["rows"] for group in data["groups"]}


def names(app: AppTest, which: int = 0) -> list[str]:
    """The runs on a leaderboard, from top to bottom."""
    return [row["id"] for rows in leaderboard(app, which).values() for row in rows]
