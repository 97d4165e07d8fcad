"""Damage one file of a run at a time, in hundreds of ways, and open every page: how many show a traceback?

    python benchmarks/damaged_runs.py [--files 704] [--pages train models evaluate predict] [--seed 0]

The damaged run is the default model, the last one that was stopped, or the one in training, whichever shows most of the
file. A page must neither end in a traceback nor lose the other models. About half a second per file and page.
"""

import argparse
import logging
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import streamlit
from helpers.mutated_files import FILES, Mutation, complete, mutations, remove, unfinished
from streamlit.testing.v1 import AppTest

from fer.data import catalog
from fer.runs import queue
from fer.runs import store as stores
from fer.runs.run import Run
from fer.runs.store import RunStore

PICKERS = {"models": "models-chosen", "evaluate": "model", "predict": "model"}
ROOT = Path(__file__).parents[1]
MODELS = Path(tempfile.mkdtemp())
SHIPPED = ("mini_xception", "vgg_small")
STATES = {"progress.json": "training", "status.json": "stopped", "labels.json": "stopped"}  # others are finished


def begin() -> RunStore:
    """Two shipped models, and a victim in every state."""
    stores.MODELS = stores.BUNDLED = MODELS / "models"
    catalog.DATA = MODELS / "data"
    streamlit.config.set_option("client.showErrorDetails", "full")
    queue.measure, queue.see_to = (lambda store, config: False), (lambda store: None)
    streamlit.page_link = lambda *_, **__: None  # needs the whole app
    logging.disable()  # each traceback is counted, not printed
    for name in SHIPPED:
        shutil.copytree(ROOT / "models" / name, stores.MODELS / name)
    return RunStore(stores.MODELS)


def victim(store: RunStore, state: str) -> Run:
    """A fresh run in that state, and the default model."""
    run = Run(store.root / "victim")
    if not run.path.is_dir():
        shutil.copytree(ROOT / "models/mini_xception", run.path)
        card = run.path / "card.json"
        card.write_text(card.read_text().replace('"shipped": true', '"shipped": false'))
        complete(run)
        if state != "finished":
            unfinished(run, training=state == "training")
    (store.root / ".default").write_text("victim\n")
    return run


def opened(page: str, state: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / f"pages/{page}.py"), default_timeout=60)
    if state == "finished":
        app.session_state["train-last"] = "victim"
    return app


def trouble(app: AppTest, page: str) -> str:
    """What is wrong with the page; empty if nothing is."""
    app.run()
    if app.exception:
        return f"{app.exception[0].proto.type}: {app.exception[0].message}"[:160]
    if page in PICKERS and not [box for box in app.selectbox if box.key == PICKERS[page]]:
        return "the other models are gone"
    return ""


def attack(store: RunStore, apps: dict[str, AppTest], mutation: Mutation, state: str) -> dict[str, str]:
    """What is wrong on each page while this file is damaged."""
    run = victim(store, state)
    (kept := MODELS / "kept").write_bytes((run.path / mutation.file).read_bytes())
    mutation.apply(run)
    with run.lock if state == "training" else open(os.devnull):
        found = {page: trouble(app, page) for page, app in apps.items()}
    remove(run.path / mutation.file)
    shutil.copyfile(kept, run.path / mutation.file)
    return {page: what for page, what in found.items() if what}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=704)
    parser.add_argument("--pages", nargs="+", default=["train", *PICKERS])
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    store, started, bad, broken = begin(), time.monotonic(), Counter(), 0
    found = mutations(victim(store, "finished"), options.files, seed=options.seed)
    for file in FILES:
        shutil.rmtree(store.root / "victim")
        state = STATES.get(file, "finished")
        victim(store, state)
        apps = {page: opened(page, state) for page in options.pages}
        for mutation in (each for each in found if each.file == file):
            wrong = attack(store, apps, mutation, state)
            broken += bool(wrong)
            for page, what in wrong.items():
                bad[file, page] += 1
                print(f"{file}, {mutation.name}: {page}: {what}", flush=True)
    shutil.rmtree(MODELS)
    seconds = time.monotonic() - started
    print(f"{len(found)} damaged files on {len(options.pages)} pages in {seconds:.0f} s: {broken} broke a page")
    for (file, page), count in sorted(bad.items()):
        print(f"  {file} on {page}: {count}")


if __name__ == "__main__":
    main()
