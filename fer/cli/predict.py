"""Read the emotions in the faces of photos and videos."""

import argparse
from pathlib import Path

from fer.cli import check_output, command, quiet_stderr
from fer.errors import FerError


def add_to(add) -> None:
    parser = command(
        add,
        "predict",
        predict,
        "read the emotions in the faces of photos and videos",
        "Find every face and read its emotion: in photos, in all photos of a folder or a zip, and in videos, where\n"
        "each face keeps a number. Files that cannot be read are reported on stderr; the others are still read, and\n"
        "the exit status is 1.",
        "examples:\n  python -m fer predict photo.jpg\n  python -m fer predict *.jpg --json > answers.jsonl\n"
        "  python -m fer predict holiday/ more.zip --csv emotions.csv\n"
        "  python -m fer predict video.mp4 --csv emotions.csv --annotate marked.mp4\n\n"
        'With --json, one object per photo and line: {"file", "width", "height", "faces": [{"box": [x1, y1, x2, y2],\n'
        '"label", "confidence", "probabilities": {class: p}}]}; boxes are in pixels of the image as it was read, with\n'
        "this width and height: upright, photos at 12 megapixels at most, videos at 1,920 pixels; end exclusive.\n"
        'Videos: one per reading, {"file", "time" in seconds, "width", "height", "faces"}, each face with its number\n'
        'as "face".',
    )
    parser.add_argument(
        "sources",
        metavar="PHOTO|FOLDER|ZIP|VIDEO",
        nargs="+",
        type=_path,
        help="photos: JPEG, PNG, WebP, BMP, GIF, TIFF, HEIC or AVIF; videos: MP4, MOV, WebM, MKV, AVI and others",
    )
    parser.add_argument("--model", metavar="RUN", help="the model to use (default: the default model)")
    parser.add_argument(
        "--detector", default="yunet", help="yunet finds faces; whole treats the image as one face (default: yunet)"
    )
    parser.add_argument(
        "--tta", action="store_true", help="test-time augmentation: the average over six views of each face"
    )
    parser.add_argument(
        "--balance",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="correct answers for how rare each emotion is in the model's training data (default: yes)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per photo and line")
    parser.add_argument(
        "--csv", metavar="FILE", type=_path, help="also write a table: one row per face, or per reading of a face"
    )
    parser.add_argument(
        "--every",
        metavar="SECONDS",
        type=float,
        default=argparse.SUPPRESS,
        help="for videos, time between readings; 0 reads every frame (default: 0.2)",
    )
    parser.add_argument("--annotate", metavar="FILE.mp4", type=_path, help="also write the video with boxes and labels")


def predict(
    sources: list[Path],
    model: str | None,
    detector: str,
    tta: bool,
    balance: bool,
    json: bool,
    csv: Path | None,
    annotate: Path | None,
    **pace,
) -> int:
    from fer.cli.answers import Answers, is_video  # FFmpeg, which other commands do not need
    from fer.inference.reader import EmotionReader

    videos = [source for source in sources if is_video(source)]
    if annotate and (len(sources) > 1 or not videos):
        raise FerError("--annotate requires exactly one video and nothing else.")
    for out in filter(None, (csv, annotate)):  # checked before the work, not after it
        check_output(out, sources)
    with quiet_stderr():
        reader = EmotionReader(model, detector=detector, tta=tta, balance=balance)
    answers = Answers(reader, json)
    if photos := [source for source in sources if source not in videos]:
        answers.read_photos(photos)
    for path in videos:
        answers.read_video(path, annotate, **pace)
    if csv:
        answers.write(csv)
    return 1 if answers.failures else 0


def _path(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("the path is empty")  # Path("") would be the current folder
    return Path(text)
