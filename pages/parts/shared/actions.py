"""Everything that a page can do that costs or changes something on the server; see gate.py."""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from streamlit.runtime.uploaded_file_manager import UploadedFile

from fer.data import catalog, download, folder_classes
from fer.data.labels import output_names
from fer.errors import FerError
from fer.evaluation import evaluate, stored
from fer.evaluation.report import Report
from fer.runs import background_export, data, importing, queue, stop
from fer.runs.config import TrainConfig
from fer.runs.run import Run
from fer.runs.store import RunStore
from fer.system import process
from fer.teaching import keep
from fer.teaching.lesson import Lesson
from pages.parts.shared import disk, settings
from pages.parts.shared.gate import needs


@needs("training", stores=True)
def train(store: RunStore, config: TrainConfig, name: str | None) -> Run:
    with queue.starting(store):
        _require_place(store)
        return queue.create(store, config, name)


@needs("training", stores=True)
def resume(store: RunStore, run: Run) -> None:
    with queue.starting(store):
        _require_place(store)
        queue.start(run)


def _require_place(store: RunStore) -> None:
    places = int(settings.limit("FER_QUEUE"))
    active = [run.id for run in store if queue.state_of(run) in ("queued", "training")]
    if len(active) > places:  # one of them trains
        raise FerError(
            f"The queue is full: at most {places:,} runs can wait on this server. Try again when one has ended."
        )


@needs("training")
def measure(store: RunStore, config: TrainConfig) -> bool:
    return queue.measure(store, config)


@needs("training")
def stop_training(run: Run, *, discard: bool = False) -> None:
    stop.ask(run, discard=discard)


@needs("training")
def cancel(store: RunStore, run: Run) -> None:
    queue.cancel(store, run)


@needs("training")
def move_up(store: RunStore, run: Run) -> None:
    queue.move_up(store, run)


@needs("training")
def delete(store: RunStore, run: Run) -> None:
    store.delete(run.id)


@needs("training")
def rename(store: RunStore, run: Run, name: str) -> Run:
    return store.rename(run.id, name)


@needs("training")
def set_default(store: RunStore, run: Run) -> None:
    store.set_default(run.id)


@needs("training")
def annotate(run: Run, note: str) -> None:
    run.note = note


@needs("training", stores=True)
def keep_lesson(store: RunStore, source: Run, lesson: Lesson, name: str) -> Run:
    """Keep a lesson as a run; its files with the head inside follow in the background."""
    kept = keep.keep(store, source, lesson, name)
    with suppress(OSError):  # a model that is kept is kept, and Models makes its files on request
        background_export.start(store, kept)
    return kept


@needs("training", stores=True)
def export(store: RunStore, run: Run, kind: str) -> None:
    process.command(store.root, "export", run.id, "--as", kind)


@needs("training", stores=True)
def judge(run: Run, dataset: str, split: str, *, tta: bool, on_progress: Callable[[int, int], None]) -> Report:
    """Evaluate on a data set in data/, which reads all of it and takes minutes."""
    opened = data.data_for(run, data.source_of(run, dataset))
    return evaluate.evaluate(run, opened, split, tta=tta, on_progress=on_progress)


@needs("training", stores=True)
def keep_report(run: Run, report: Report) -> None:
    stored.add_report(RunStore().writable(run), report)


@needs("uploads", stores=True)
def import_network(store: RunStore, upload: UploadedFile, labels: str, scale: str, name: str) -> None:
    disk.require(upload.size)
    output_names(labels)  # before the process, which takes no NUL among its arguments
    if name:
        store.new(name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(upload.name).name
        path.write_bytes(upload.getvalue())
        options = {"labels": labels, "scale": scale, "name": name}
        try:
            process.command(
                store.root, "import", str(path), *(f"--{key}={text}" for key, text in options.items() if text)
            )
        except FerError:
            importing.sweep(store)  # it may have been killed
            raise


@needs("uploads", stores=True)
def keep_data(name: str, suffix: str, upload: UploadedFile, *, mapping: str = "") -> str:
    disk.require(upload.size)
    return catalog.keep(name, suffix, upload, mapping=mapping)


@needs("uploads", stores=True)
def confirm_folders(name: str, mapping: str) -> None:
    folder_classes.confirm(catalog.find(name), folder_classes.find(mapping))


@needs("uploads")
def forget_folders(name: str) -> None:
    folder_classes.forget(catalog.find(name))


@needs("kaggle", stores=True)
def get_data(source: str, *, votes: bool, mapping: str = "", token: str = "") -> None:
    download.start(source, votes=votes, mapping=mapping, token=token)


@needs("kaggle")
def cancel_download() -> None:
    download.cancel()


@needs("kaggle")
def forget_download() -> None:
    download.forget()
