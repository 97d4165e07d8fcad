"""The emotions of the faces in photos and videos."""

import argparse
from pathlib import Path

from fer.cli import command, quiet_stderr
from fer.errors import FerError


def add_to(add) -> None:
    parser = command(
        add,
        "predict",
        predict,
        "read the emotions of the faces in photos and videos",
        "Find every face and read its emotion: in photos, in all photos of a folder or a zip, and in videos, where\n"
        "each face keeps a number. A file that cannot be read is told on stderr, the others are still answered, and\n"
        "the exit status is 1.",
        "examples:\n  python -m fer predict photo.jpg\n  python -m fer predict *.jpg --json > answers.jsonl\n"
        "  python -m fer predict holiday/ more.zip --csv emotions.csv\n"
        "  python -m fer predict film.mp4 --csv emotions.csv --annotate marked.mp4\n\n"
        'With --json, one object a photo on a line: {"file", "width", "height", "faces": [{"box": [x1, y1, x2, y2],\n'
        '"label", "confidence", "probabilities": {class: p}}]}; boxes in pixels, the end exclusive. Of a video, one\n'
        'a reading: {"file", "time" in seconds, "faces"}, each face with its number as "face".',
    )
    parser.add_argument(
        "sources",
        metavar="PHOTO|FOLDER|ZIP|VIDEO",
        nargs="+",
        type=Path,
        help="photos: JPEG, PNG, WebP, BMP, GIF, TIFF, HEIC or AVIF; videos: MP4, MOV, WebM, MKV, AVI and others",
    )
    parser.add_argument("--model", metavar="RUN", help="the run that answers (default: the default run)")
    parser.add_argument(
        "--detector", default="yunet", help="yunet finds faces; whole takes the picture as one face (default: yunet)"
    )
    parser.add_argument("--tta", action="store_true", help="test-time augmentation: the mean over six views of a face")
    parser.add_argument("--json", action="store_true", help="one JSON object a photo on a line")
    parser.add_argument(
        "--csv", metavar="FILE", type=Path, help="also write a table: a row a face, or a face's reading"
    )
    parser.add_argument(
        "--every",
        metavar="SECONDS",
        type=float,
        default=argparse.SUPPRESS,
        help="of a video, between readings; 0 reads every picture (default: 0.2)",
    )
    parser.add_argument(
        "--annotate", metavar="FILE.mp4", type=Path, help="also write the one video again, with boxes and labels"
    )


def predict(
    sources: list[Path],
    model: str | None,
    detector: str,
    tta: bool,
    json: bool,
    csv: Path | None,
    annotate: Path | None,
    **pace,
) -> int:
    from fer.cli.answers import Answers, is_film  # FFmpeg, which other commands do not need
    from fer.inference.reader import EmotionReader

    films = [source for source in sources if is_film(source)]
    if annotate and (len(sources) > 1 or not films):
        raise FerError("--annotate takes one video and nothing else.")
    if csv and not csv.absolute().parent.is_dir():  # told before the work, not after it
        raise FerError(f"{csv} cannot be written: its folder does not exist.")
    with quiet_stderr():
        reader = EmotionReader(model, detector=detector, tta=tta)
    answers = Answers(reader, json)
    if photos := [source for source in sources if source not in films]:
        answers.read_photos(photos)
    for path in films:
        answers.read_film(path, annotate, **pace)
    if csv:
        answers.write(csv)
    return 1 if answers.failures else 0
