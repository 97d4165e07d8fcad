"""What the Train page says about a training that runs, besides its progress."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from fer.runs.config import TrainConfig
from fer.runs.state import Progress, Status

ROOT = Path(__file__).parents[2]


def test_a_paused_training_is_shown_as_stalled_with_what_to_do(models, monkeypatch):
    monkeypatch.setattr("fer.runs.queue.see_to", lambda store: None)
    run = models.create(TrainConfig(), "asleep")
    run.status = Status("training")
    run.progress = Progress("training", epoch=1, epochs=9, batch=49, batches=100, seconds=150.0)
    now = run.progress.time
    page = AppTest.from_file(str(ROOT / "pages/train.py"), default_timeout=60)
    with run.lock:
        app = page.run()
        assert not app.exception and not any("Stalled" in warning.value for warning in app.warning)
        monkeypatch.setattr("pages.parts.train.running.time.time", lambda: now + 600)
        app = page.run()
    (warning,) = [warning.value for warning in app.warning if "Stalled" in warning.value]
    assert "no sign of life for 10 min" in warning and f"`kill -CONT {run.progress.pid}`" in warning


def test_a_training_that_fell_back_to_the_checkpoint_before_says_so(models, monkeypatch):
    monkeypatch.setattr("fer.runs.queue.see_to", lambda store: None)
    run = models.create(TrainConfig(), "back")
    run.status = Status("training", "checkpoint.npz was damaged: training continues from the checkpoint before it.")
    with run.lock:
        app = AppTest.from_file(str(ROOT / "pages/train.py"), default_timeout=60).run()
    assert not app.exception and any("was damaged" in note.value for note in app.info)
