"""A server that answers as Kaggle and GitHub do, as far as they are asked; LEAD, a sitecustomize, leads there."""

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import kagglesdk.kaggle_env as kaggle_env
from helpers.serving import Quiet, serving

from fer.data import catalog, kaggle

LEAD = """
import os
import kagglesdk.kaggle_env as kaggle_env
import fer.data.kaggle
kaggle_env._env_to_endpoint[kaggle_env.KaggleEnv.PROD] = os.environ["STAND_IN"]
fer.data.kaggle.VOTES = os.environ["STAND_IN"] + "/fer2013new.csv"
"""


@dataclass
class StandIn:
    """What it gives, and what it was asked.

    Attributes:
        files: their content by name.
        address: where it listens.
        broken: how many bytes of a file it sends before it hangs up; None: all.
        pause: an event that a file waits for after its first half; None: none.
        asked: (path, Authorization, Range) of every request.
    """

    files: dict[str, bytes]
    address: str = ""
    broken: int | None = None
    pause: threading.Event | None = None
    asked: list[tuple[str, str | None, str | None]] = field(default_factory=list)


@contextmanager
def stand_in(files: dict[str, bytes]):
    state = StandIn(files)

    class Handler(Quiet, BaseHTTPRequestHandler):
        def do_POST(self):
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._note()
            if self.path.endswith("GetDataset") and request["ownerSlug"] == "nobody":
                self._say(403, b'{"code": 403, "message": "Permission denied"}')
            elif self.path.endswith("GetDataset"):
                self._say(200, json.dumps({"currentVersionNumber": 1}).encode())
            elif "Competition" in self.path and self.headers["Authorization"] != "Bearer good":
                self._say(403, b'{"code": 403, "message": "Permission denied"}')
            else:
                self.send_response(302)
                file = request.get("fileName") or f"{request['datasetSlug']}.zip"  # all of it
                self.send_header("Location", f"{state.address}/{file}")
                self.end_headers()

        def do_GET(self):
            self._note()
            content = state.files.get(self.path[1:])
            if content is None:
                self._say(404, b"{}")
                return
            first = int((self.headers["Range"] or "bytes=0-")[6:-1])
            self.send_response(206 if first else 200)
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("Content-Type", "text/csv")
            self.send_header("Content-Length", str(len(content) - first))
            self.end_headers()
            self._send(content[first:])

        def _send(self, content: bytes) -> None:
            half = len(content) // 2 if state.pause else 0
            self.wfile.write(content[:half])
            if state.pause:
                state.pause.wait(60)
            self.wfile.write(content[half : state.broken])

        def _say(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _note(self) -> None:
            state.asked.append((self.path, self.headers["Authorization"], self.headers["Range"]))

    with serving(Handler) as server:
        state.address = f"http://127.0.0.1:{server.server_port}"
        yield state


@contextmanager
def pointing_at(files: dict[str, bytes], folder: Path, monkeypatch):
    """The stand-in, where this process asks instead of Kaggle and GitHub, and an empty data/ in the folder."""
    monkeypatch.setattr(catalog, "DATA", folder / "data")
    monkeypatch.setenv("KAGGLEHUB_CACHE", "set back at the end")
    monkeypatch.setenv("KAGGLE_CONFIG_DIR", str(folder))
    monkeypatch.delenv(kaggle.TOKEN, raising=False)
    with stand_in(files) as home:
        monkeypatch.setitem(kaggle_env._env_to_endpoint, kaggle_env.KaggleEnv.PROD, home.address)
        monkeypatch.setattr(kaggle, "VOTES", f"{home.address}/fer2013new.csv")
        yield home
