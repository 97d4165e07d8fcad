"""One damaged run breaks no page: the others are shown, and the page says which one it is.

`benchmarks/damaged_runs.py` does the same with hundreds of damaged files.
"""

import shutil
from pathlib import Path

import pytest
from helpers import models_page
from helpers.mutated_files import FILES, Mutation, complete, mutations, remove, unfinished
from streamlit.testing.v1 import AppTest

from fer.runs.run import Run

ROOT = Path(__file__).parents[2]
PICKERS = {"evaluate": "model", "predict": "model"}


@pytest.fixture
def victim(models, monkeypatch) -> Run:
    """A finished run that is the default model, with every file that a run can have."""
    monkeypatch.setattr("fer.runs.queue.see_to", lambda store: None)
    monkeypatch.setattr("streamlit.page_link", lambda *_, **__: None)  # it knows no pages where one runs alone
    run = Run(shutil.copytree(models.root / "mini_xception", models.root / "victim"))
    card = run.path / "card.json"
    card.write_text(card.read_text().replace('"shipped": true', '"shipped": false'))
    complete(run)
    models.set_default("victim")
    return run


def opened(page: str) -> AppTest:
    return AppTest.from_file(str(ROOT / f"pages/{page}.py"), default_timeout=60).run()


def check(app: AppTest, page: str) -> list[str]:
    """That there is no traceback, and the other models can be chosen. Returns the warnings and errors."""
    assert not app.exception, app.exception[0].message
    if page in PICKERS:
        (box,) = [box for box in app.selectbox if box.key == PICKERS[page]]
        assert {"mini_xception", "vgg_small"} <= set(box.options)
    if page == "models":
        assert {"mini_xception", "vgg_small"} <= set(models_page.names(app))
    return [note.value for note in (*app.warning, *app.error)]


@pytest.mark.parametrize("page", ["train", "models", *PICKERS])
@pytest.mark.parametrize("file", FILES)
def test_a_damaged_file_is_named_and_hides_nothing_else(victim, page, file):
    if file in ("progress.json", "labels.json"):
        unfinished(victim, training=file == "progress.json")
    for mutation in (Mutation(file, "a list", b"[1]"), Mutation(file, "a directory")):
        mutation.apply(victim)
        if file == "progress.json":
            with victim.lock:
                notes = check(opened(page), page)
        else:
            notes = check(opened(page), page)
        is_shown = not file.startswith("reports")  # a report only where it is opened
        assert not is_shown or any("victim" in note and "is damaged" in note for note in notes), notes
        remove(victim.path / file)


@pytest.mark.parametrize("page", ["train", "models"])
def test_no_change_of_a_value_breaks_a_page(victim, page):
    app = AppTest.from_file(str(ROOT / f"pages/{page}.py"), default_timeout=60)
    for mutation in mutations(victim, 200, seed=1)[::8]:
        before = (victim.path / mutation.file).read_bytes()
        mutation.apply(victim)
        check(app.run(), page)
        remove(victim.path / mutation.file)
        (victim.path / mutation.file).write_bytes(before)


@pytest.mark.parametrize("part", ["Card", "Curves", "Exports", "Robustness"])
def test_no_change_of_a_value_breaks_the_drawer(victim, no_links, part):
    app = models_page.opened("victim", part)
    for mutation in mutations(victim, 200, seed=1)[::20]:
        before = (victim.path / mutation.file).read_bytes()
        mutation.apply(victim)
        check(app.run(), "models")
        remove(victim.path / mutation.file)
        (victim.path / mutation.file).write_bytes(before)


def test_a_damaged_run_can_be_deleted_on_the_models_page(victim, models, no_links):
    (victim.path / "card.json").write_text("{")
    app = models_page.opened("victim")
    app.button(key="models-delete-victim").click().run()
    assert not app.exception and not victim.path.exists()


def test_a_damaged_choice_of_the_default_model_counts_as_none(victim, models):
    (models.root / ".default").unlink()
    (models.root / ".default").mkdir()
    assert models.default.id == "mini_xception"


def test_evaluate_says_whose_report_it_leaves_out_of_a_comparison(models, monkeypatch):
    (models.root / "mini_xception/reports/fer2013-test.json").write_text("{")
    app = AppTest.from_file(str(ROOT / "pages/evaluate.py"), default_timeout=60)
    app.session_state["section"] = "Compare"
    app.run()
    assert not app.exception
    assert any("their stored reports are damaged: mini\\_xception" in note.value for note in app.warning)
