"""Data sets: describe one, or download one from Kaggle."""

import argparse

from fer.cli import DATASET_HELP, add_folder_classes, command, text
from fer.data import catalog, kaggle
from fer.data.dataset import SPLITS
from fer.errors import extra


def add_to(add) -> None:
    _add_data(add)
    _add_download(add)


def _add_data(add) -> None:
    parser = command(
        add,
        "data",
        data,
        "print a data set's splits, class counts, duplicates and faults",
        "Open a data set and print its splits, images per class, duplicates (images with the same pixels) and faults.",
        "examples:\n  python -m fer data fer2013\n"
        '  python -m fer data fer2013 --classes "happy, not happy=angry+disgust+fear+sad+surprise+neutral"',
    )
    parser.add_argument("dataset", metavar="DATASET", help=DATASET_HELP)
    parser.add_argument("--classes", metavar="CLASSES", default="", help="fewer classes, as in `train --classes`")
    add_folder_classes(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")


def _add_download(add) -> None:
    parser = command(
        add,
        "download",
        download,
        "get FER2013 or another data set from Kaggle, and the FER+ votes from GitHub",
        "Download a data set with kagglehub to data/, by default FER2013 (300 MB on disk) as data/fer2013.csv, with\n"
        "the FER+ votes next to it. Any other is given by its owner/name on Kaggle and stored as data/OWNER-NAME.zip.\n"
        "Existing files are not downloaded again; an interrupted download continues.\n\n"
        "The competition's own copy requires a Kaggle account:\n" + "\n".join(f"- {step}" for step in kaggle.STEPS),
        "examples:\n  python -m fer download\n  python -m fer download --source competition --no-votes\n"
        "  python -m fer download --source msambare/fer2013",
    )
    sources = "; ".join(f"{name}: {source.summary}" for name, source in kaggle.SOURCES.items())
    parser.add_argument(
        "--source",
        metavar="SOURCE",
        default="copy",
        help=f"{sources}; or any other data set's owner/name (default: copy)",
    )
    parser.add_argument(
        "--votes",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="also get the FER+ votes of fer2013.csv (default: yes)",
    )
    add_folder_classes(parser)


def data(dataset: str, classes: str, folder_classes: str | None, json: bool) -> None:
    if folder_classes:
        catalog.confirm(dataset, folder_classes)
    opened = catalog.open_dataset(dataset, classes=classes)
    facts = {
        "name": opened.name,
        "source": opened.source,
        "format": opened.format,
        "fingerprint": opened.fingerprint,
        "splits": {
            split: dict(zip(opened.labels, opened.split(split).counts.tolist(), strict=True)) for split in SPLITS
        },
        "carved": list(opened.carved),
        "faults": opened.faults(),
        "dropped": dict(opened.dropped),
        "unreadable": [image._asdict() for image in opened.unreadable],
    }
    if json:
        text.print_json(facts)
        return
    print(f"{opened.name} ({opened.format}) from {opened.source}\nfingerprint {opened.fingerprint[:16]}\n")
    rows = [[split, *counts.values(), sum(counts.values())] for split, counts in facts["splits"].items()]
    text.print_table(["split", *opened.labels, "all"], rows)
    if opened.carved:
        print(f"\nsplit off from train (stratified, seeded, duplicates kept together): {', '.join(opened.carved)}")
    print("".join(f"\n{line}" for line in opened.left_out()))
    text.print_table(["duplicates and faults", "count"], facts["faults"].items())
    if opened.unreadable:
        print()
        text.print_table(["unreadable image", "reason"], opened.unreadable)


def download(source: str, votes: bool, folder_classes: str | None) -> None:
    with extra("train", "Downloading"):
        from fer.data.download import fetch

    name = ""
    for path in fetch(source, votes=votes, mapping=folder_classes or ""):
        name = path.name
        print(f"Saved {name} in data/")
    if not name:
        print(f"{kaggle.source(source).name} is in data/ already. To download it again, delete it there first.")
