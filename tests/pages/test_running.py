"""What the Train page says of the run that is open, and of all others."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fer.evaluation import stored
from fer.runs import faces
from fer.runs.config import TrainConfig
from fer.runs.run import LOG, Run
from fer.runs.state import Progress, Status

ROOT = Path(__file__).parents[2]


@pytest.fixture
def page(models, monkeypatch) -> AppTest:
    monkeypatch.setattr("fer.runs.queue.see_to", lambda store: None)  # nothing is trained in these tests
    monkeypatch.setattr("streamlit.page_link", lambda *_, **__: None)  # it knows no pages where one runs alone
    return AppTest.from_file(str(ROOT / "pages/train.py"), default_timeout=60)


def own(models, name: str, source: str = "mini_xception") -> Run:
    """A finished run of this machine."""
    run = Run(shutil.copytree(models.root / source, models.root / name))
    run.card = replace(run.card, shipped=False)
    run.status = Status("finished")
    return run


def drawn(app: AppTest) -> str:
    """All HTML that the page draws by itself."""
    return "".join(json.loads(part.proto.json)["html"] for part in app.get("bidi_component"))


def opened(app: AppTest) -> str:
    """The run in the address; AppTest gives a list where it came with the request."""
    value = app.query_params["run"]
    return value if isinstance(value, str) else value[0]


def test_before_the_first_run_the_default_models_curves_are_an_example(page):
    app = page.run()
    assert not app.exception and app.subheader[0].value == "Example run" and not app.header
    assert any("learned FER2013. Your own run takes its place" in text.value for text in app.caption)
    assert 'class="curves ghost"' in drawn(app) and "run" not in app.query_params


def test_a_running_epoch_is_one_bar_with_the_best_so_far_and_axes_over_the_whole_run(page, models):
    run = models.create(TrainConfig(epochs=9), "mine")
    run.status = Status("training")
    run.history = models["vgg_small"].history[:2]
    trace = tuple((batch, 1.5, 0.4) for batch in range(50))
    run.progress = Progress("training", epoch=2, epochs=9, batch=49, batches=100, seconds=150.0, trace=trace)
    with run.lock:
        app = page.run()
    shown = drawn(app)
    assert not app.exception and "Epoch 3 of 9, batch 50 of 100" in shown and shown.count("progressbar") == 1
    assert shown.count('<i style="width:100.0%">') == 2 and '<i style="width:50.0%">' in shown
    best = max(epoch.val_accuracy for epoch in run.history)
    assert f"{best:.1%}</b>best validation accuracy, epoch 2" in shown and " left</span>" in shown
    assert ">9</text>" in shown or ">8</text>" in shown, "the axis ends at the last epoch"


def test_a_paused_training_is_shown_as_stalled_with_what_to_do(page, models, monkeypatch):
    run = models.create(TrainConfig(), "asleep")
    run.status = Status("training")
    run.progress = Progress("training", epoch=1, epochs=9, batch=49, batches=100, seconds=150.0)
    now = run.progress.time
    with run.lock:
        app = page.run()
        assert not app.exception and not any("Stalled" in warning.value for warning in app.warning)
        monkeypatch.setattr("pages.parts.train.monitor.time.time", lambda: now + 600)
        app = page.run()
    (warning,) = [warning.value for warning in app.warning if "Stalled" in warning.value]
    assert "no sign of life for 10 min" in warning and f"`kill -CONT {run.progress.pid}`" in warning


def test_a_training_that_fell_back_to_the_checkpoint_before_says_so(page, models):
    run = models.create(TrainConfig(), "back")
    run.status = Status("training", "checkpoint.npz was damaged: training continues from the checkpoint before it.")
    with run.lock:
        app = page.run()
    assert not app.exception and any("was damaged" in note.value for note in app.info)


def test_a_lost_training_is_shown_with_its_reason_and_can_be_resumed_or_deleted(page, models):
    run = models.create(models["vgg_small"].config, "gone")
    run.status = Status("training")
    app = page.run()
    assert any("ended unexpectedly" in text.value for text in app.error) and app.button(key="delete-gone")
    app = app.button(key="resume-gone").click().run()
    assert not app.exception and run.state == "queued"


def test_why_a_training_failed_is_reported_by_its_status(page, models):
    run = models.create(models["vgg_small"].config, "gone")
    run.status = Status("failed", "The disk is full.")
    (run.path / LOG).write_text("epoch 1\n\nfer: Something else.\n")
    shown = [text.value.replace("\\", "") for text in page.run().error]
    assert "The disk is full." in shown and "Something else" not in "".join(shown)
    page.session_state["train-details"] = True
    page.run().segmented_control(key="train-view").set_value("Log").run()
    assert any("Something else" in code.value for code in page.code)


def test_a_finished_run_stays_after_a_reload_until_another_is_opened(page, models):
    first, second = own(models, "first"), own(models, "second")
    second.status = Status("finished")
    app = page.run()
    assert app.subheader[0].value == "second" and opened(app) == "second"
    first.status = Status("failed", "Later.")
    again = AppTest.from_file(str(ROOT / "pages/train.py"), default_timeout=60)
    again.query_params["run"] = "second"
    assert again.run().subheader[0].value == "second"
    app = again.button(key="open-first").click().run()
    assert not app.exception and app.subheader[0].value == "first" and opened(app) == "first"


def test_a_finished_run_shows_its_figures_and_on_demand_its_validation_report_and_files(page, models):
    run = own(models, "mine")
    app = page.run()
    assert f"{run.card.test_score.accuracy:.1%}</b>test accuracy" in drawn(app)
    assert any("chosen on the validation split" in text.value for text in app.caption)
    assert not app.metric and not app.get("plotly_chart") and not app.get("download_button")
    app.session_state["train-details"] = True
    app.session_state["train-downloads"] = True
    app = app.run()
    assert len(app.get("plotly_chart")) == 5 and app.get("download_button")
    app = app.segmented_control(key="train-view").set_value("Validation results").run()
    report = stored.report(run, "fer2013", "val")
    assert not app.exception and app.metric[0].value == f"{report.accuracy:.1%}"


def test_the_list_shows_every_run_and_what_is_queued_comes_first(page, models):
    own(models, "old")
    for i, name in enumerate(("one", "two", "three")):
        models.create(TrainConfig(data="synthetic"), name).status = Status("queued", place=float(i))
    app = page.run()
    names = [button.key.removeprefix("open-") for button in app.button if button.key.startswith("open-")]
    assert names == ["one", "two", "three", "old"]
    app = app.button(key="move-up-three").click().run()
    names = [button.key.removeprefix("open-") for button in app.button if button.key.startswith("open-")]
    assert not app.exception and names == ["one", "three", "two", "old"]
    app = app.button(key="open-two").click().run()
    assert any("Number 3 in the queue, after **three**." in text.value for text in app.markdown)


def test_a_runs_settings_can_be_cloned_and_the_run_deleted_from_the_list(page, models):
    run = models.create(TrainConfig(data="synthetic", epochs=33, seed=7, mixup=0.3), "mine")
    run.status = Status("stopped", "Stopped after 3 of 33 epochs.")
    app = page.run().button(key="clone-mine").click().run()
    assert not app.exception and app.radio(key="train-preset").value is None
    assert any("Settings of **mine**" in caption.value for caption in app.caption)
    app = app.button(key="train-start").click().run()
    (copy,) = [other for other in models if other.state == "queued"]
    assert copy.config == run.config
    app = app.button(key="row-delete-mine").click().run()
    assert not app.exception and "mine" not in [run.id for run in models]


def test_faces_say_in_words_what_is_right_and_are_drawn_only_where_their_data_set_is(page, models):
    run = own(models, "mine")
    run.status = Status("stopped")
    known = faces.WatchedFaces("other data", (1, 2), (3, 4))
    answers = faces.Answers(0, (3, 0), (0.9, 0.4))
    faces.keep(run, replace(known, answers=(answers,)))
    shown = drawn(page.run())
    assert "Epoch 1: 1 of 2 validation faces correct" in shown and "<img" not in shown
    assert "✓ happy" in shown and "✗ angry" in shown and "true: sad" in shown


def test_sentences_say_when_a_network_overfits_and_what_it_never_answers(page, models):
    run = own(models, "mine")
    base = run.history[0]
    losses = [(2.0, 2.0), (1.5, 1.0), (1.2, 1.1), (1.0, 1.2), (0.8, 1.3)]
    matrix = tuple(tuple(5 * (column == 3) for column in range(7)) for _ in range(7))
    run.history = [
        replace(base, epoch=i, loss=loss, val_loss=val_loss, val_confusion=matrix)
        for i, (loss, val_loss) in enumerate(losses)
    ]
    shown = " ".join(text.value.replace("\\", "") for text in page.run().markdown)
    assert "Overfitting since epoch 2:" in shown
    assert "Never predicted in epoch 5: angry, disgust, fear, sad, surprise and neutral." in shown
