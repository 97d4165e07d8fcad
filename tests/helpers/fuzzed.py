"""Readers of files from outside, for fuzzing: whatever they are given, they answer or raise FerError."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
from hypothesis import strategies as st
from PIL import Image

from fer.data import catalog
from fer.data.ferplus import read_votes
from fer.data.formats import synthetic
from fer.errors import FerError
from fer.evaluation import stored
from fer.faces import photos
from fer.faces.image import read_image
from fer.runs.robustness import read as read_robustness
from fer.runs.run import Run, card_of
from fer.video.decoder import open_video

Reader = Callable[[Path, bytes], object]
IMAGES, LABELS = synthetic.draw(2, seed=1)


def npz(**arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


def encoded(kind: str, number: int = 0) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(IMAGES[number]).convert("RGB").resize((32, 32)).save(buffer, kind)
    return buffer.getvalue()


def made_video() -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as out:
        stream = out.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for level in (0, 100, 200):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), level, np.uint8), "rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return buffer.getvalue()


def csv() -> bytes:
    lines = [f"{label},{' '.join(map(str, face.ravel()))},Training" for face, label in zip(IMAGES, LABELS, strict=True)]
    return "\n".join(["emotion,pixels,Usage", *lines]).encode()


def of_run(file: str, read: Callable[[Run], object]) -> Reader:
    """A reader of one file of a run."""

    def reader(folder: Path, content: bytes) -> object:
        path = folder / "run" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return read(Run(folder / "run"))

    return reader


def dataset(suffix: str) -> Reader:
    def reader(folder: Path, content: bytes) -> object:
        path = folder / f"faces{suffix}"
        path.write_bytes(content)
        return catalog.open_dataset(path)

    return reader


def votes(folder: Path, content: bytes) -> object:
    (folder / "fer2013new.csv").write_bytes(content)
    (folder / "faces.npz").write_bytes(npz(images=IMAGES, labels=LABELS, usage=np.zeros(len(LABELS), int)))
    return read_votes(folder / "fer2013new.csv", catalog.open_rows(folder / "faces.npz")[0])


def photo_zip(folder: Path, content: bytes) -> object:
    with photos.in_zip(io.BytesIO(content)) as found:
        return [read_image(photo.read()) for photo in found]


def video(folder: Path, content: bytes) -> object:
    (folder / "video.mp4").write_bytes(content)
    with open_video(folder / "video.mp4") as opened:
        return [opened.upright(frame).shape for _, frame in opened.frames()]


def network(folder: Path, content: bytes) -> object:
    from fer.training.imported import safe_load

    (folder / "network.keras").write_bytes(content)
    return safe_load.load(folder / "network.keras")


def checkpoint(folder: Path, content: bytes) -> object:
    from fer.training.checkpoint import load

    run = Run(folder)
    run.checkpoint_path.write_bytes(content)
    return load(run, lambda position: {"network0": (3,)}, epochs=3, batches=4)


VOTES = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n" + (
    len(LABELS) * "Training,fer0.png,4,0,0,1,3,2,0,0,0,0\n"
)
POSITION = np.array([2, 8, 1, 0.5, 1.0, 0, 9.0])


def readers(run: Run) -> dict[str, tuple[Reader, list[bytes]]]:
    """Every reader by name, with whole files to begin from; the run has those of a run."""
    files: dict[str, Callable[[Run], object]] = {
        "config.json": lambda run: run.config,
        "card.json": card_of,
        "status.json": lambda run: run.status,
        "progress.json": lambda run: run.progress.is_training and run.progress.seconds_left,
        "labels.json": lambda run: run.labels,
        "history.jsonl": lambda run: run.history,
        "robustness.json": lambda run: read_robustness(run.path / "robustness.json"),
        "reports/fer2013-val.json": lambda run: stored.report(run, "fer2013", "val"),
    }
    found = {name: (of_run(name, read), [(run.path / name).read_bytes()]) for name, read in files.items()}
    usage = np.zeros(len(LABELS), int)
    return found | {
        "csv": (dataset(".csv"), [csv()]),
        "npz": (dataset(".npz"), [npz(images=IMAGES, labels=LABELS, usage=usage), npz(images=IMAGES, labels=LABELS)]),
        "zip": (
            dataset(".zip"),
            [
                zipped(
                    **{f"happy__{i}.png": encoded("PNG", i) for i in range(4)},
                    **{f"sad__{i}.png": encoded("PNG", i + 4) for i in range(4)},
                ),
                zipped(**{"faces.csv": csv()}),
            ],
        ),
        "votes": (votes, [VOTES.encode()]),
        "photo": (lambda _, content: read_image(content), list(map(encoded, ("PNG", "JPEG", "WEBP", "GIF", "BMP")))),
        "photo zip": (photo_zip, [zipped(**{"happy__a.png": encoded("PNG")})]),
        "video": (video, [made_video()]),
        "checkpoint": (checkpoint, [npz(position=POSITION, network0=np.ones(3))]),
    }


@st.composite
def changed(draw, whole: list[bytes]) -> bytes:
    """One of the files with bytes flipped, cut, doubled, inserted or left out; or any bytes at all."""
    if draw(st.integers(0, 15)) == 0:
        return draw(st.binary(max_size=200))
    content = bytearray(draw(st.sampled_from(whole)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(content) - 1, 0)))
        how = draw(st.sampled_from(("set", "insert", "cut", "drop", "double", "token")))
        if how == "set":
            content[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
        elif how == "insert":
            content[at:at] = draw(st.binary(min_size=1, max_size=8))
        elif how == "cut":
            del content[at:]
        elif how == "drop":
            del content[at : at + draw(st.integers(1, 64))]
        elif how == "double":
            content[at:at] = content[at : at + draw(st.integers(1, 64))]
        else:
            content[at : at + draw(st.integers(0, 4))] = draw(st.sampled_from(TOKENS))
    return bytes(content)


TOKENS = (b"NaN", b"-1", b"1e999", b"9" * 400, b"null", b"[]", b"{}", b"\x00", b'"\\ud800"', b"\xff\xfe", b"[" * 3000)


def outcome(reader: Reader, folder: Path, content: bytes) -> str:
    """answered, refused, or the name of another exception."""
    try:
        reader(folder, content)
        return "answered"
    except FerError:
        return "refused"
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:150]
