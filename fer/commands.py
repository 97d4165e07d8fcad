"""What each command of `python -m fer` does and prints; Keras is imported only where something is trained."""

import os
import platform
import signal
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from fer import faces, printing, speed
from fer.config import TrainConfig
from fer.data import SPLITS
from fer.errors import FerError
from fer.report import way
from fer.runs import Run, RunStore


def data(dataset: str, classes: str, json: bool) -> None:
    from fer.formats import open_dataset

    opened = open_dataset(dataset, classes=classes)
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
    }
    if json:
        printing.print_json(facts)
        return
    print(f"{opened.name} ({opened.format}) from {opened.source}\nfingerprint {opened.fingerprint[:16]}\n")
    rows = [[split, *counts.values(), sum(counts.values())] for split, counts in facts["splits"].items()]
    printing.print_table(["split", *opened.labels, "all"], rows)
    if opened.carved:
        print(f"\ncarved from train (stratified, seeded, twins together): {', '.join(opened.carved)}")
    print()
    printing.print_table(["twins and faults", "count"], facts["faults"].items())


def train(name: str | None, resume: str | None, **settings) -> int:
    store = RunStore()
    if resume:
        if name or settings:
            raise FerError("--resume takes its recipe from the run; give it no other options.")
        run = store[resume]
        if run.state == "finished":
            raise FerError(f"Run {resume!r} is finished; there is nothing to resume.")
    else:
        config = TrainConfig(**settings)
        _check_recipe(config)
        run = store.create(config, name)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: _stop(run))
    work = _worker().train
    from fer.terminal import Bars

    try:
        with Bars(run) as bars:
            finished = work(run, on_start=bars.start, on_batch=bars.batch, on_epoch=bars.epoch)
    except FerError:
        if not resume and not run.checkpoint_path.is_file():
            store.delete(run.id)  # it never began; its name is free again
        raise
    if not finished:
        print(f"{run.status['message']} Go on with: python -m fer train --resume {run.id}")
        return 0
    _print_scores(run)
    print(f"Finished: {run.path}. Use it: python -m fer predict PHOTO --model {run.id}")
    return 0


def measure(**settings) -> None:
    config, store = TrainConfig(**settings), RunStore()
    _check_recipe(replace(config, data="synthetic"))
    _worker().measure(store, config)
    printing.print_json(speed.rates(store, config))


def work() -> None:
    from fer import jobs

    jobs.work(RunStore())


def predict(photos: list[Path], model: str | None, detector: str, json: bool) -> int:
    from fer.inference import EmotionReader

    with _quiet_stderr():
        reader = EmotionReader(_run(model), detector=detector)
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


def evaluate(data: str, split: str, model: str | None, tta: bool, json: bool) -> None:
    from fer import tables
    from fer.evaluation import data_for
    from fer.evaluation import evaluate as judge

    run = _run(model)
    opened = data_for(run, data)
    report = judge(run, opened, split, tta=tta)
    if json:
        printing.print_json({**printing.report_facts(report), "format": opened.format})
        return
    print(f"{report.model} on {report.dataset}, {report.split} split, n = {len(report)}, {way(report.tta)}")
    print(f"{printing.headline(report.summary())}{printing.drawn(opened.format)}\n")
    if warning := tables.warning(run, opened.name, split):
        print(f"{warning}\n")
    if opened.carved:
        print(f"Carved out of the training images: {', '.join(opened.carved)}.\n")
    figures = report.per_class
    rows = [
        [label, *(f"{figures[key][i]:.3f}" for key in ("precision", "recall", "f1")), int(figures["support"][i])]
        for i, label in enumerate(report.labels)
    ]
    printing.print_table(["class", "precision", "recall", "F1", "support"], rows)
    print(f"macro F1 {report.macro_f1:.3f}\n")
    confusion = [[label, *row] for label, row in zip(report.labels, report.confusion.tolist(), strict=True)]
    printing.print_table(["right \\ answered", *report.labels], confusion)


def report(model: str | None, data: str | None, split: str, tta: bool, out: Path) -> None:
    from fer import document

    run = _finished(_run(model))
    dataset = data or run.card["data"]["name"]
    stored = run.report(dataset, split, tta=tta)
    if stored is None:
        kept = ", ".join(f"{name} {part} ({way(augmented)})" for name, part, augmented in run.reports())
        raise FerError(f"{run.id} has no report on {dataset} {split} ({way(tta)}). It has: {kept or 'none'}.")
    try:
        out.write_text(document.render(run, stored), encoding="utf-8")
    except OSError as error:
        raise FerError(f"{out} cannot be written: {error.strerror}.") from error
    print(f"Wrote {out}")


def average(run_ids: list[str], name: str | None) -> None:
    worker, runs = _worker(), [RunStore()[id] for id in run_ids]
    _judge(worker, worker.average(runs, name))


def export(run_id: str, kind: str | None) -> None:
    run, worker = _finished(RunStore()[run_id]), _worker()
    if not kind:
        _judge(worker, run)
        return
    from fer.conversion import convert

    with _quiet_stderr():
        record = convert(run, kind)
    print(f"Wrote {run.export_path(kind)}: {printing.conversion(record)}")


def import_model(file: Path, labels: str, name: str | None, scale: str | None, data: str | None) -> None:
    _worker()
    with _quiet_stderr():
        from fer import importing

        run = importing.import_model(file, labels, name=name, scale=scale, data=data)
    _print_scores(run)
    told = "" if data else f" Judge it: python -m fer evaluate --data DATASET --model {run.id}"
    print(f"Imported {run.path}, which answers {', '.join(run.labels)}.{told}")


def models(default: str | None) -> None:
    store = RunStore()
    if default:
        print(f"{store.set_default(default).id} is now the default model.")
        return
    printing.print_table(["run", "state", "parameters", "test split, single pass"], [_model_row(run) for run in store])
    print("* answers by default")


def _model_row(run: Run) -> list:
    try:
        card, score = run.card, run.test_score
        told = f"{card['data']['name']}: {printing.headline(score)}" if score else "not measured on real faces"
        told = told if card else run.status["message"]
        return [f"{run.id}*" if card.get("default") else run.id, run.state, card.get("parameters", ""), told]
    except FerError as error:  # one damaged run must not hide the others
        return [run.id, "damaged", "", str(error)]


def _judge(worker, run: Run) -> None:
    from fer.evaluation import data_for

    worker.judge(run, data_for(run, run.config.data))
    run.set_status("finished")
    _print_scores(run)
    print(f"Exported {run.tflite_path}")


def _print_scores(run: Run) -> None:
    for key, scores in run.card["scores"].items():
        print(f"{key}: {printing.headline(scores)}{printing.drawn(run.card['data']['format'])}")


def _worker():
    """The module that trains. Raises FerError where Keras or its backend is not installed."""
    try:
        with _quiet_stderr():
            from fer import worker
    except ModuleNotFoundError as error:
        raise FerError(
            f"Training needs {error.name}, which is not installed: pip install -r requirements.txt, under Python "
            f"3.11 to 3.13 (this is {platform.python_version()}; TensorFlow has no release for 3.14 yet)."
        ) from error
    return worker


@contextmanager
def _quiet_stderr():
    """Swallow what TensorFlow and LiteRT say of themselves in C++ while they load; exceptions still come through."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _run(model: str | None) -> Run:
    return RunStore()[model] if model else RunStore().default


def _finished(run: Run) -> Run:
    if not run.card:
        raise FerError(f"Run {run.id!r} has no card yet; finish its training first.")
    return run


def _check_recipe(config: TrainConfig) -> None:
    """Raise FerError for an unknown architecture or data set before a run is created."""
    from fer.architectures import ARCHITECTURES
    from fer.formats import find

    ARCHITECTURES[config.architecture]
    find(config.data)
    if config.start_from:
        RunStore()[config.start_from]


def _stop(run: Run) -> None:
    """First signal: ask. Second: the usual way, at once."""
    if run.stop_was_asked():
        raise KeyboardInterrupt
    run.ask_to_stop()
