"""The browser's modules in static/live/ compute what Python computes, replayed in Debian's Chromium and Firefox."""

import base64
import gzip
from functools import partial
from http.server import SimpleHTTPRequestHandler

import cv2
import numpy as np
import pytest
from helpers.browsing import CHROMIUM, tab
from helpers.firefox import firefox
from helpers.serving import Quiet, serving
from helpers.shipped import ROOT

from fer.faces.crop import Face, crop
from fer.faces.detectors import DETECTORS
from fer.faces.image import read_image
from fer.inference.classifier import Classifier
from fer.inference.fixed_batch import with_one_face
from fer.inference.prediction import Prediction
from fer.inference.reader import EmotionReader
from fer.runs.run import Run
from fer.video.tracker import Tracker
from pages.parts.live.browser import version
from pages.parts.live.in_browser import answering

SAMPLES = ROOT / "pages/parts/samples"
PHOTOS = ("astronaut.jpg", "hopper.jpg", "pair.jpg", "drawn.png")
SHAPES = {320: (320, 256), 640: (640, 480)}  # the detector's long and short side
NETWORKS = ("mini_xception", "vgg_small")
WEBGPU = (
    "--no-sandbox",
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
    "--enable-features=Vulkan",
)  # on the processor
PREPARE = """async (version) => {
    const load = (name) => import(`/static/live/${version}/${name}.js`);
    const [crop, detector, tracker, reader] = await Promise.all(["crop", "detector", "tracker", "reader"].map(load));
    self.live = { ...crop, ...detector, ...tracker, ...reader };
    live.pixels = async (url) => {
        const bitmap = await createImageBitmap(await (await fetch(url)).blob());
        const canvas = new OffscreenCanvas(bitmap.width, bitmap.height), context = canvas.getContext("2d");
        context.drawImage(bitmap, 0, 0);
        return context.getImageData(0, 0, bitmap.width, bitmap.height);
    };
    live.bytes = (text) => Uint8ClampedArray.from(atob(text), (letter) => letter.charCodeAt(0));
    live.image = ([text, width, height]) => ({ data: live.bytes(text), width, height });
    const readers = new Map(); // each loads the detector and the network once
    live.model = async (id) => {
        if (!readers.has(id)) readers.set(id, new live.Reader());
        const reader = readers.get(id);
        if (!reader.model) await reader.use({ id, url: `/${id}.gz`, classes: 7 });
        reader.reset();
        return reader;
    };
}"""


class Handler(Quiet, SimpleHTTPRequestHandler):
    """Serves a folder."""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Of a server of the modules, the sample photos and the networks."""
    folder = tmp_path_factory.mktemp("replay")
    (folder / "static").symlink_to(ROOT / "static")
    (folder / "samples").symlink_to(SAMPLES)
    (folder / "index.html").write_text("<!doctype html><title>Replay</title>")
    for name in NETWORKS:
        (folder / f"{name}.gz").write_bytes(gzip.compress(with_one_face(run_of(name).tflite_path), 1))
    with serving(partial(Handler, directory=str(folder))) as server:  # pyright: ignore[reportArgumentType]
        yield f"http://127.0.0.1:{server.server_port}/"


@pytest.fixture(scope="module")
def chromium_tab(browser):
    with tab(browser).context as context:
        yield context.pages[0]


@pytest.fixture(scope="module")
def firefox_tab():
    with firefox() as tab:
        yield tab


@pytest.fixture(scope="module", params=["chromium", "firefox"])
def replay(request, address):
    """A function that runs JavaScript, given one argument, where the modules are `live`."""
    page = request.getfixturevalue(f"{request.param}_tab")
    page.goto(address)
    page.evaluate(PREPARE, version())
    return page.evaluate


def run_of(name: str) -> Run:
    return Run(ROOT / "models" / name)


def sent(image: np.ndarray) -> list:
    """An image for `live.image`."""
    opaque = np.dstack([image, np.full(image.shape[:2], 255, np.uint8)])
    return [base64.b64encode(opaque.tobytes()).decode(), image.shape[1], image.shape[0]]


def detect(image: np.ndarray, side: int) -> list[Face]:
    """OpenCV's faces of the image where the browser puts it: in the top left of the detector's input, else black."""
    height, width = image.shape[:2]
    across, down = SHAPES[side] if width >= height else SHAPES[side][::-1]
    scale = min(1, across / width, down / height)
    inner = int(width * scale + 0.5), int(height * scale + 0.5)
    given = np.zeros((down, across, 3), np.uint8)
    given[: inner[1], : inner[0]] = cv2.resize(image, inner, interpolation=cv2.INTER_AREA)
    factors = np.array([width / inner[0], height / inner[1]])
    found = DETECTORS["yunet"].load(score=0.7, side=side)(given)
    boxes = [(np.reshape(face.box, (2, 2)) * factors).round().astype(int).ravel().tolist() for face in found]
    places = [tuple(map(tuple, np.multiply(face.landmarks, factors).tolist())) for face in found]
    return [Face(tuple(box), face.score, points) for face, box, points in zip(found, boxes, places, strict=True)]


def test_crops_are_pillows_to_within_one_grey_level_in_few_pixels(replay):
    image, random = read_image(SAMPLES / "astronaut.jpg"), np.random.default_rng(0)
    upright = np.array([[-0.25, -0.2], [0.25, -0.2], [0, 0.05], [-0.2, 0.3], [0.2, 0.3]])
    faces = []
    for size in (18, 40, 90, 150, 260, 420, 700):
        for _ in range(3):
            turn, centre = random.uniform(-1.5, 1.5), random.uniform(0, 512, 2)
            rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
            faces.append((upright + random.normal(0, 0.02, (5, 2))) @ rotation * size + centre)
    script = "([image, faces]) => faces.map((face) => Array.from(live.crop(live.image(image), face)))"
    theirs = replay(script, [sent(image), [face.tolist() for face in faces]])
    for face, their in zip(faces, theirs, strict=True):
        ours = crop(image, Face((0, 0, 1, 1), 1.0, tuple(map(tuple, face)))).ravel().astype(int)
        difference = np.abs(ours - their)
        assert difference.max() <= 1 and (difference > 0).sum() <= 8, (face, difference.max(), (difference > 0).sum())


@pytest.mark.parametrize("side", SHAPES)
@pytest.mark.parametrize("name", PHOTOS)
def test_boxes_and_landmarks_are_those_of_opencvs_yunet(replay, name, side):
    image = read_image(SAMPLES / name)
    ours = detect(image, side)
    script = """async ([image, side]) => {
        const reader = await live.model("mini_xception");
        reader.settings.side = side;
        return reader.find(live.image(image));
    }"""
    theirs = replay(script, [sent(image), side])
    assert len(ours) == len(theirs)
    for our, their in zip(ours, theirs, strict=True):
        assert np.abs(np.subtract(our.box, their["box"])).max() <= 2 and abs(our.score - their["score"]) < 0.01
        width = our.box[2] - our.box[0]
        assert np.abs(np.subtract(our.landmarks, their["landmarks"])).max() < 0.01 * width


@pytest.mark.parametrize("name", NETWORKS)
def test_logits_are_those_of_pythons_litert(replay, name):
    faces = np.random.default_rng(0).integers(0, 256, (6, 48, 48), np.uint8)
    script = """async ([id, faces]) => {
        const reader = await live.model(id), logits = [];
        for (const face of faces) logits.push(Array.from(await reader.logits(new Uint8Array(live.bytes(face)))));
        return logits;
    }"""
    theirs = replay(script, [name, [base64.b64encode(face.tobytes()).decode() for face in faces]])
    assert np.abs(Classifier(run_of(name)).logits(faces) - theirs).max() < 1e-4


def test_a_gpu_computes_the_same_and_is_used_only_where_it_is_faster(browser, address):
    script = """async ([version, names]) => {
        const { compiled, network, unpacked } = await import(`/static/live/${version}/engine.js`);
        const face = new Uint8Array(48 * 48).map((_, i) => i), ask = navigator.gpu.requestAdapter;
        let asked = 0;
        navigator.gpu.requestAdapter = async function (...options) { // Chromium's stand-in for a GPU passes for one
            const adapter = await ask.apply(this, options);
            Object.defineProperty(adapter.info, "isFallbackAdapter", { value: ++asked < 0 });
            return adapter;
        };
        const answers = [];
        for (const name of names) {
            const bytes = await unpacked(`/${name}.gz`), made = await network(bytes);
            const all = [await compiled(bytes, "wasm"), await compiled(bytes, "webgpu"), made];
            answers.push([]);
            for (const one of all) answers.at(-1).push(Array.from(await one.run(face)));
        }
        return [asked, answers];
    }"""
    with browser.browser_type.launch(executable_path=CHROMIUM, args=WEBGPU) as other:
        page = tab(other)
        page.goto(address)
        if not page.evaluate("async () => !!(await navigator.gpu?.requestAdapter())"):
            pytest.skip("this Chromium has no WebGPU")
        asked, answers = page.evaluate(script, [version(), NETWORKS])
    assert asked >= len(NETWORKS)
    for cpu, gpu, chosen in answers:
        assert np.abs(np.subtract(cpu, gpu)).max() < 1e-3
        assert chosen == cpu, "a GPU that the processor plays is slower than the processor"


@pytest.mark.parametrize("model", NETWORKS)
@pytest.mark.parametrize(("photo", "balance"), [*((photo, True) for photo in PHOTOS), ("pair.jpg", False)])
def test_probabilities_of_photos_that_the_browser_decodes_are_within_a_hundredth(replay, balance, photo, model):
    image, run = read_image(SAMPLES / photo), run_of(model)
    ours = EmotionReader(run, detector=lambda image: detect(image, 640), balance=balance).read(image, upright=True)
    script = """async ([photo, id, settings]) => {
        const reader = await live.model(id);
        Object.assign(reader.settings, { side: 640, ...settings });
        const faces = await reader.read(await live.pixels(`/samples/${photo}`), 0);
        return faces.map((face) => [face.number, ...face.probabilities]);
    }"""
    theirs = replay(script, [photo, model, answering(run, balance=balance)])
    assert [row[0] for row in theirs] == list(range(1, len(ours) + 1))
    for our, their in zip(ours, theirs, strict=True):
        assert np.abs(our.probabilities - their[1:]).max() < 0.01


def test_numbers_and_smoothed_probabilities_follow_a_recorded_course_as_pythons_do(replay):
    course, random = [], np.random.default_rng(0)
    for i in range(300):  # three people who shake, cross, leave for a while and come back
        faces = []
        for j, (x, y) in enumerate([(100 + 8 * i, 200), (1500 - 6 * i, 230), (700 + 250 * np.sin(i / 15), 500)]):
            if (i // 25 + j) % 4:
                box = [round(value + random.normal(0, 5)) for value in (x, y, x + 120, y + 140)]
                faces.append({"box": box, "probabilities": random.dirichlet(np.ones(3)).astype(np.float32).tolist()})
        course.append([i / 10, faces])
    script = """(course) => {
        const tracker = new live.Tracker();
        return course.map(([time, faces]) =>
            tracker.update(faces, time, "a").map((face) => [face.number, face.firstSeen, ...face.probabilities]));
    }"""
    tracker, empty = Tracker(), np.zeros((48, 48), np.uint8)
    for (time, faces), theirs in zip(course, replay(script, course), strict=True):
        answers = [np.array(face["probabilities"], np.float32) for face in faces]
        seen = [Face(tuple(face["box"]), 0.9) for face in faces]
        predictions = [Prediction(*pair, empty) for pair in zip(seen, [("a", "b", "c")] * 3, answers, strict=False)]
        ours = [
            (known.number, known.first_seen, *known.prediction.probabilities)
            for known in tracker.update(predictions, time)
        ]
        assert np.allclose(ours, theirs, atol=1e-6), time
