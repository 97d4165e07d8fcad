"""Results of the predict command: printed as they arrive, and collected as a table."""

import csv
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from fer.cli import text
from fer.cli.progress import progress_bar
from fer.errors import FerError
from fer.faces import image, photos
from fer.faces.photos import Photo
from fer.inference import many_photos
from fer.inference.reader import EmotionReader
from fer.system.text import duration, safe_cell
from fer.video import annotate, observations
from fer.video.annotate import Frame
from fer.video.decoder import SUFFIXES
from fer.video.observations import Reading, Summary


@dataclass
class Answers:
    """Prints results as they arrive, and collects them as rows of a table."""

    reader: EmotionReader
    json: bool
    columns: dict[str, None] = field(default_factory=dict)  # a set that keeps its order
    rows: list[dict] = field(default_factory=list)
    failures: int = 0

    def read_photos(self, sources: list[Path]) -> None:
        results = []
        with ExitStack() as zips, progress_bar() as bar:
            found = [photo for source in sources for photo in self._photos(source, zips)]
            for answer in bar.track(many_photos.read_all(found, reader=self.reader), len(found), description="photos"):
                if answer.error:
                    self._fail(answer.name, answer.error)
                    continue
                results.append(answer.as_dict() | {"model": self.reader.classifier.run.id})
                self._print_photo(answer)
        self._keep(many_photos.rows(results))

    def _photos(self, source: Path, zips: ExitStack) -> Iterator[Photo]:
        """The photos in a source, named by the source and the path inside it."""
        zipped = source.suffix.lower() == ".zip" and source.is_file()
        if not (zipped or source.is_dir()):
            yield Photo(str(source), partial(image.read_bytes, source))
            return
        try:
            inside = zips.enter_context(photos.in_zip(source)) if zipped else photos.in_folder(source)
        except FerError as error:
            self._fail(source, error)
            return
        images, others = many_photos.pictures_among(inside)
        if not images:
            self._fail(source, "It contains no images.")
        for name in others:
            print(f"fer: {source / name}: skipped; not an image file, judging by its name.", file=sys.stderr)
        yield from (Photo(str(source / photo.name), photo.read) for photo in images)

    def _print_photo(self, answer: many_photos.Answer) -> None:
        if self.json:
            text.print_json(answer.as_dict(), indent=None)
        else:
            text.print_faces(answer.name, answer.as_dict()["faces"], self.reader.threshold)

    def read_video(self, path: Path, out: Path | None, **pace: float) -> None:
        settings = {"reader": self.reader, **pace}
        frames = annotate.annotate_video(path, out, **settings) if out else annotate.read_video(path, **settings)
        try:
            seen, last = self._follow(path, frames)
        except FerError as error:
            self._fail(path, error)
            return
        if last.warning:
            self._fail(path, last.warning)
        if not self.json:
            _print_video(path, last, observations.summary(seen))
        labels, file = self.reader.classifier.labels, {"file": str(path)}
        self._keep([file | row for row in observations.rows(seen, labels)], ["file", *observations.columns(labels)])

    def _follow(self, path: Path, frames: Iterator[Frame]) -> tuple[list[Reading], Frame]:
        """All readings and the last frame."""
        seen = []
        with progress_bar() as bar:
            task = bar.add_task(path.name, total=None)
            for frame in frames:
                bar.update(task, total=None if frame.share is None else 1.0, completed=frame.share or 0.0)
                seen += frame.readings
                if self.json:
                    text.print_json({"file": str(path), **_facts(frame)}, indent=None)
        return seen, frame

    def _keep(self, rows: list[dict], columns: Iterable[str] = ()) -> None:
        """Add rows and their columns; `columns` names those that must exist even without rows."""
        for names in (columns, *rows):
            self.columns |= dict.fromkeys(names)
        self.rows += rows

    def write(self, path: Path) -> None:
        """Write all results as CSV; columns that only photos or only videos have are empty for the others."""
        try:
            with path.open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(map(safe_cell, self.columns))
                writer.writerows([safe_cell(row.get(name, "")) for name in self.columns] for row in self.rows)
        except OSError as error:
            raise FerError(f"Cannot write {path}: {error.strerror}.") from error

    def _fail(self, name: Path | str, reason: FerError | str) -> None:
        print(f"fer: {name}: {reason}", file=sys.stderr)
        self.failures += 1


def is_video(source: Path) -> bool:
    return source.suffix.lower() in SUFFIXES and not source.is_dir()


def _print_video(path: Path, last: Frame, faces: list[Summary]) -> None:
    """Print each face, and when each emotion that occurs was strongest."""
    if not faces:
        print(f"{path}: no face found in {duration(last.time, decimals=1)}.")
    for face in faces:
        shares = ", ".join(f"{label} {share:.1%} of the time" for label, share in face.shares.items())
        seen = f"{face.seconds:.1f} s from {duration(face.first, decimals=1)} on"
        print(f"{path}: face {face.number}, seen for {seen}: {shares}")
    for label, moment in last.moments.items():
        time, number, share = moment.reading.time, moment.reading.number, moment.reading.confidence
        print(f"{path}: {label} is strongest at {duration(time, decimals=1)}, in face {number}: {share:.1%}")


def _facts(frame: Frame) -> dict:
    """A reading of a video as plain values: time in seconds, the frame's size in pixels, and faces."""
    height, width = frame.image.shape[:2]
    found = [{"face": tracked.number, **tracked.prediction.as_dict()} for tracked in frame.tracked]
    return {"time": round(frame.time, 3), "width": width, "height": height, "faces": found}
