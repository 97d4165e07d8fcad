"""How long photos take when many visitors come at once, and whether the server's memory stays flat.

    python benchmarks/load.py [--visitors 1 5 20] [--rounds 3] [--two-servers] [--model flagship]
    python benchmarks/load.py --browsers 3
    python benchmarks/load.py --soak MINUTES

Every visitor speaks Streamlit's own protocol over a websocket, as the page does in a browser: it opens Predict, waits
for the first answer, switches test-time augmentation on, and uploads the four examples, each after a pause of 0 to 2 s.
An answer lasts from the start of the upload until the page has been sent the photo with its faces. No two uploads have
the same bytes, so that none is answered from a cache. First page: from the connection to the first answered face.

Each number of visitors gets a fresh server that one visitor has opened before, so that the model is loaded. The best
round is shown by its 95th percentile, for machines that do other work too. `--two-servers` puts nginx before two that
share the visitors (needs Debian's nginx). `--browsers` adds visitors in real Chromium (needs `chromium` and
playwright). `--soak` instead lets 25 visitors a minute come for so long, each with a new session,
and reports memory and threads once a minute.

On two cores of a shared AMD EPYC: 20 visitors get half of their answers within 0.4 s and 95% within 0.9 s.
"""

import argparse
import asyncio
import itertools
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
from helpers.browsing import chromium, serve  # noqa: E402  # tests/ is not installed
from helpers.nginx import Replicas, nginx  # noqa: E402

EXAMPLES = sorted((ROOT / "pages/parts/samples").iterdir())  # one or two faces each
PAUSE = 2.0  # seconds, the longest before an upload
SOAKING, EVERY = 5, 12.0  # visitors at a time in a soak, and seconds from one's beginning to the next's
AUGMENTATION = "Augmented"  # the label of its switch
VIEW = "fer_photo_view"  # the component that shows an answer
LIMITS = {"p50": 1.0, "p95": 2.0, "first page": 2.5}  # seconds, for 20 visitors on two cores
WARM_UP = {1: 1, 2: 8}  # visitors before a round: with two servers enough that each has had one
MANY = 20  # visitors, from which on the limits are compared
MOST_GROWTH = 50  # MB, in a soak of any length
SETTLED = 4  # minutes, from which on memory is compared; Streamlit keeps a session for 2 after its visitor has left
WINDOW = 10  # minutes, over which memory is a median: a single look meets more or fewer photos in the making
PATIENCE = 60.0  # seconds
_numbers = itertools.count()


class Visitor:
    """One session of Streamlit, without a browser."""

    def __init__(self, address: str, query: str):
        self._address, self._query = address, query
        self._states: dict[str, WidgetState] = {}
        self._known: dict[str, ForwardMsg] = {}
        self._uploads: list = []
        self.elements: dict[str, Any] = {}

    async def __aenter__(self) -> "Visitor":
        anew = httpx.Limits(max_keepalive_connections=0)  # the server closes idle connections, sometimes as one is used
        self._http = httpx.AsyncClient(base_url=self._address, timeout=PATIENCE, limits=anew)
        for path in ("/", "/_stcore/health", "/_stcore/host-config"):  # as the browser does; the second sets a cookie
            await self._http.get(path)
        stream = f"ws://{urlsplit(self._address).netloc}/_stcore/stream"
        cookies = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._http.cookies.items())}
        self._socket = await websockets.connect(
            stream, subprotocols=["streamlit"], additional_headers=cookies, max_size=None, compression=None
        )
        return self

    async def __aexit__(self, *_) -> None:
        await self._socket.close()
        await self._http.aclose()

    async def run(self, until: Callable[[object], bool] = lambda element: False) -> float | None:
        """Run the page with the widgets' states; when the first element for which `until` holds came, None without."""
        message, came = BackMsg(), None
        message.rerun_script.query_string = self._query
        message.rerun_script.widget_states.widgets.extend(self._states.values())
        message.rerun_script.cached_message_hashes.extend(self._known)
        await self._socket.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await self._receive()
                kind = message.WhichOneof("type")
                if kind == "new_session":
                    self._session = message.new_session.initialize.session_id
                elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                    element = message.delta.new_element
                    self.elements[_label(element)] = getattr(element, element.WhichOneof("type"))
                    if came is None and until(element):
                        came = time.monotonic()
                elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    return came

    async def _receive(self) -> ForwardMsg:
        message = ForwardMsg.FromString(await self._socket.recv())
        if message.WhichOneof("type") == "ref_hash":
            return self._known[message.ref_hash]
        if message.metadata.cacheable:
            self._known[message.hash] = message
        return message

    async def switch_augmentation_on(self) -> None:
        state = WidgetState(id=self.elements[AUGMENTATION].id, bool_value=True)
        self._states[state.id] = state
        await self.run()

    async def upload(self, path: Path) -> float:
        """Seconds from the start of an upload to its answer."""
        name, content = path.name, path.read_bytes() + str(next(_numbers)).encode()  # decoders ignore what follows
        name = f"{len(self._uploads)}-{name}"
        started = time.monotonic()
        urls = await self._urls(name)
        headers = {"X-Xsrftoken": self._http.cookies.get("_streamlit_xsrf", "")}
        sent = await self._http.put(urls.upload_url, files={"file": (name, content)}, headers=headers)
        sent.raise_for_status()
        state = WidgetState(id=self.elements["file_uploader"].id)
        self._uploads.append((name, len(content), urls))
        for name, size, urls in self._uploads:
            state.file_uploader_state_value.uploaded_file_info.add(
                name=name, size=size, file_id=urls.file_id, file_urls=urls
            )
        self._states[state.id] = state
        came = await self.run(lambda element: _answers(element, name))
        if came is None:
            raise RuntimeError(f"The page did not answer {name}.")
        return came - started

    async def _urls(self, name: str):
        message = BackMsg()
        message.file_urls_request.request_id = name
        message.file_urls_request.file_names.append(name)
        message.file_urls_request.session_id = self._session
        await self._socket.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE):
            while (message := await self._receive()).WhichOneof("type") != "file_urls_response":
                pass
        return message.file_urls_response.file_urls[0]


def _label(element) -> str:
    """What an element is found by: a switch by its label, others by their type."""
    kind = element.WhichOneof("type")
    return element.checkbox.label if kind == "checkbox" else kind


def _answers(element, name: str = "") -> bool:
    """Whether this is a photo with at least one face, of that name."""
    if element.WhichOneof("type") != "bidi_component" or element.bidi_component.component_name != VIEW:
        return False
    shown = json.loads(element.bidi_component.json or element.bidi_component.mixed.json)
    return shown["alt"].startswith(name) and bool(shown["faces"])


async def visit(address: str, query: str, *, augmented: bool, photos: int = 4) -> tuple[float, list[float]]:
    """Seconds to the first page, and to the answer of every photo."""
    chosen = random.sample(EXAMPLES, len(EXAMPLES))
    started = time.monotonic()
    async with Visitor(address, query) as visitor:
        came = await visitor.run(_answers)
        if came is None:
            raise RuntimeError("The first page has no answer.")
        first, answers = came - started, []
        if augmented:
            await visitor.switch_augmentation_on()
        for path in itertools.islice(itertools.cycle(chosen), photos):
            await asyncio.sleep(random.uniform(0, PAUSE))
            answers.append(await visitor.upload(path))
    return first, answers


@contextmanager
def app(servers: int, environment: dict) -> Iterator[tuple[str, list[psutil.Process]]]:
    """The address of one server or of nginx before two, and the servers' processes."""
    if servers == 1:
        with serve(ROOT, **environment) as address:
            yield address, psutil.Process().children()
        return
    folder = tempfile.TemporaryDirectory()
    with Replicas(ROOT, **environment) as replicas, folder as place, nginx(Path(place), replicas.ports) as address:
        yield address, [psutil.Process(process.pid) for process in replicas.processes.values()]


def state_of(processes: list[psutil.Process]) -> str:
    memory, threads = (sum(values) for values in zip(*map(_size, processes), strict=True))
    return f"{memory / 1e6:.0f} MB, {threads} threads"


def _size(process: psutil.Process) -> tuple[int, int]:
    return process.memory_info().rss, process.num_threads()


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, round(share * (len(values) - 1)))]


@dataclass(frozen=True)
class Round:
    """What one round measured, all times in seconds.

    Attributes:
        state: memory and threads of all servers after it.
        work: their CPU time.
    """

    first_pages: list[float]
    answers: list[float]
    seconds: float
    work: float
    state: str

    def found(self) -> dict[str, float]:
        middle, late = (quantile(self.answers, share) for share in (0.5, 0.95))
        return {"p50": middle, "p95": late, "first page": statistics.median(self.first_pages)}

    def __str__(self) -> str:
        times = ", ".join(f"{name} {value:.2f} s" for name, value in self.found().items())
        work = f"{self.work / self.seconds:.1f} cores, {1000 * self.work / len(self.answers):.0f} ms CPU a photo"
        return f"{times}; {work}; {self.state} after; load {os.getloadavg()[0]:.1f}"


def measure(visitors: int, query: str, *, augmented: bool, photos: int, servers: int, environment: dict) -> Round:
    """So many visitors at once, on servers of their own."""

    def visits(count: int):
        return asyncio.gather(*(visit(address, query, augmented=augmented, photos=photos) for _ in range(count)))

    async def come() -> Round:
        await visits(WARM_UP[servers])
        started, worked = time.monotonic(), work_of(processes)
        found = await visits(visitors)
        seconds, work = time.monotonic() - started, work_of(processes) - worked
        answers = [answer for _, answers in found for answer in answers]
        return Round([first for first, _ in found], answers, seconds, work, state_of(processes))

    with app(servers, environment) as (address, processes):
        return asyncio.run(come())


def work_of(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def report(visitors: int, rounds: list[Round]) -> None:
    best = min(rounds, key=lambda each: each.found()["p95"])
    print(f"{visitors:3} visitors: {best}", flush=True)
    for name, limit in LIMITS.items() if visitors >= MANY else ():
        print(f"    {name}: {best.found()[name]:.2f} s of at most {limit:.1f} s, in all rounds", end=" ")
        print(", ".join(f"{each.found()[name]:.2f}" for each in rounds), flush=True)


def soak(minutes: float, query: str, *, augmented: bool, environment: dict) -> None:
    """Keep visitors coming; one line a minute."""
    answers: list[float] = []
    memory: list[float] = []

    async def keep_coming(address: str, end: float) -> None:
        await asyncio.sleep(random.uniform(0, EVERY))
        while (begun := time.monotonic()) < end:
            answers.extend((await visit(address, query, augmented=augmented))[1])
            await asyncio.sleep(begun + EVERY - time.monotonic())  # a steady load: memory follows the recent sessions

    async def watch(process: psutil.Process, end: float) -> None:
        while time.monotonic() < end:
            await asyncio.sleep(min(60, max(0, end - time.monotonic())))
            memory.append(process.memory_info().rss / 1e6)
            times = f"p50 {quantile(answers, 0.5):.2f} s, p95 {quantile(answers, 0.95):.2f} s" if answers else "none"
            print(f"{len(memory):3} min: {state_of([process])}; {len(answers)} answers, {times}", flush=True)
            answers.clear()

    async def run(address: str, process: psutil.Process) -> None:
        end = time.monotonic() + 60 * minutes
        await asyncio.gather(*(keep_coming(address, end) for _ in range(SOAKING)), watch(process, end))

    with app(1, environment) as (address, processes):
        asyncio.run(run(address, *processes))
    settled = memory[min(SETTLED, len(memory)) - 1 :]
    early, late = statistics.median(settled[:WINDOW]), statistics.median(settled[-WINDOW:])
    print(
        f"median memory of the first and last {WINDOW} minutes: {late - early:+.0f} MB of at most {MOST_GROWTH:+} MB;"
    )
    print(f"last minute beside minute {SETTLED}: {settled[-1] - settled[0]:+.0f} MB")


def browse(count: int, query: str, *, environment: dict) -> None:
    """Visitors in real Chromium, one after the other: from the address to an answered upload."""
    with serve(ROOT, **environment) as address, chromium() as browser:
        for number in range(count):
            page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
            page.set_default_timeout(1000 * PATIENCE)
            started = time.monotonic()
            page.goto(f"{address}/?{query}")
            page.locator(".card .head").first.wait_for()
            first = time.monotonic() - started
            photo = EXAMPLES[number % len(EXAMPLES)]
            file = {"name": f"mine-{photo.name}", "mimeType": "image/jpeg", "buffer": photo.read_bytes()}
            started = time.monotonic()
            page.locator("input[type=file]").first.set_input_files(file)
            page.locator(f"img[alt^='mine-{photo.name}: face']").wait_for()
            answered = time.monotonic() - started
            print(f"Chromium {number + 1}: first answer {first:.2f} s, upload to answer {answered:.2f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, nargs="*", default=[1, 5, 20])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--photos", type=int, default=4, help="how many each visitor uploads")
    parser.add_argument("--two-servers", action="store_true", help="nginx before two servers")
    parser.add_argument("--browsers", type=int, default=0)
    parser.add_argument("--soak", type=float, metavar="MINUTES")
    parser.add_argument("--model", default="flagship")
    parser.add_argument("--single-pass", action="store_true", help="without test-time augmentation")
    options = parser.parse_args()
    random.seed(0)
    query, augmented = f"model={options.model}", not options.single_pass
    with tempfile.TemporaryDirectory() as models:
        environment = {"FER_MODELS": models}
        if options.soak:
            soak(options.soak, query, augmented=augmented, environment=environment)
            return
        common = {"augmented": augmented, "photos": options.photos, "environment": environment}
        for visitors in options.visitors:
            servers = 2 if options.two_servers else 1
            rounds = [measure(visitors, query, servers=servers, **common) for _ in range(options.rounds)]
            report(visitors, rounds)
        if options.browsers:
            browse(options.browsers, query, environment=environment)


if __name__ == "__main__":
    main()
