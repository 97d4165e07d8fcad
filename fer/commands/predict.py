"""The emotions of the faces in photos."""

import sys
from pathlib import Path

from fer import faces, printing
from fer.commands import chosen, command, quiet_stderr
from fer.errors import FerError


def add_to(add) -> None:
    parser = command(
        add,
        "predict",
        predict,
        "read the emotions of the faces in photos",
        "Find every face in the photos and read its emotion. A file that is no picture is told on stderr, the\n"
        "others are still answered, and the exit status is 1.",
        "examples:\n  python -m fer predict photo.jpg\n  python -m fer predict *.jpg --json > answers.jsonl\n\n"
        'With --json, one object a photo on a line: {"file", "width", "height", "faces": [{"box": [x1, y1, x2, y2],\n'
        '"label", "confidence", "probabilities": {class: p}}]}; boxes in pixels, the end exclusive.',
    )
    parser.add_argument("photos", metavar="PHOTO", nargs="+", type=Path, help="JPEG, PNG, WebP, BMP, GIF, HEIC or AVIF")
    parser.add_argument("--model", metavar="RUN", help="the run that answers (default: the default run)")
    parser.add_argument(
        "--detector", default="yunet", help="yunet finds faces; whole takes the picture as one face (default: yunet)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a photo on a line")


def predict(photos: list[Path], model: str | None, detector: str, json: bool) -> int:
    from fer.inference import EmotionReader

    with quiet_stderr():
        reader = EmotionReader(chosen(model), detector=detector)
    failures = 0
    for photo in photos:
        try:
            image = faces.read_image(photo)
        except FerError as error:
            print(f"fer: {photo}: {error}", file=sys.stderr)
            failures += 1
            continue
        found = [prediction.as_dict() for prediction in reader.read(image)]
        height, width = image.shape[:2]
        if json:
            printing.print_json({"file": str(photo), "width": width, "height": height, "faces": found}, indent=None)
        else:
            printing.print_faces(photo, found)
    return 1 if failures else 0
