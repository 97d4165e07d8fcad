"""Debian's Firefox ESR, which Playwright cannot drive, over WebDriver BiDi (w3.org/TR/webdriver-bidi)."""

import json
import re
import shutil
import subprocess
import tempfile
from contextlib import contextmanager

import pytest
from websockets.sync.client import connect

FIREFOX = shutil.which("firefox-esr")
LARGEST = 1 << 26  # bytes of one message


class Firefox:
    """A tab."""

    def __init__(self, socket):
        self.socket, self.count = socket, 0
        self.send("session.new", capabilities={})
        self.context = self.send("browsingContext.getTree")["contexts"][0]["context"]

    def send(self, method: str, **parameters) -> dict:
        """A command's result. Raises RuntimeError with Firefox's words."""
        self.count += 1
        self.socket.send(json.dumps({"id": self.count, "method": method, "params": parameters}))
        while (answer := json.loads(self.socket.recv(timeout=120))).get("id") != self.count:
            pass  # an event
        if answer["type"] == "error":
            raise RuntimeError(answer["message"])
        return answer["result"]

    def goto(self, url: str) -> None:
        self.send("browsingContext.navigate", context=self.context, url=url, wait="complete")

    def evaluate(self, function: str, argument: object = None):
        """What a JavaScript function, async or not, returns for one argument; both as JSON can say it."""
        answer = self.send(
            "script.callFunction",
            functionDeclaration=f"async (text) => JSON.stringify(await ({function})(JSON.parse(text)))",
            arguments=[{"type": "string", "value": json.dumps(argument)}],
            target={"context": self.context},
            awaitPromise=True,
        )
        if answer["type"] == "exception":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"].get("value", "null"))


@contextmanager
def firefox():
    """An empty tab of Debian's Firefox, started for it."""
    if not FIREFOX:
        pytest.skip("needs Debian's firefox-esr")
    with tempfile.TemporaryDirectory() as profile:
        command = [FIREFOX, "--headless", "--no-remote", "--remote-debugging-port=0", "--profile", profile]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        try:
            said = (re.search(r"BiDi listening on (ws://\S+)", line) for line in process.stderr or ())
            address = next(filter(None, said))[1]
            with connect(f"{address}/session", max_size=LARGEST) as socket:
                yield Firefox(socket)
        finally:
            process.terminate()
            process.wait(timeout=30)
