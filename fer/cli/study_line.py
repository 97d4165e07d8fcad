"""A study's progress in a terminal: one line for each trial that ends, and one for the trial that is trained."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from fer.runs.state import Epoch
from fer.system.text import duration
from fer.tuning import recipes, study
from fer.tuning.study import Study, Trial


class StudyLine:
    """A bar over the study's budget, with the best so far and this worker's trial."""

    def __init__(self, found: Study):
        self.study = found
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            *([MofNCompleteColumn()] if found.budget.trials else []),
            TextColumn("{task.fields[facts]}"),
            console=Console(),
            transient=True,
        )
        self.task = self.progress.add_task(found.name, total=found.budget.trials or found.budget.seconds, facts="")

    def __enter__(self) -> "StudyLine":
        self.progress.start()
        return self

    def __exit__(self, *_) -> None:
        self.progress.stop()

    def trial(self, trial: Trial) -> None:
        """A trial has begun, or has ended."""
        trials = self.study.trials
        done = [other for other in study.counted(trials) if other.state != "training"]
        spent = study.spent(trials)
        completed = len(done) if self.study.budget.trials else spent
        self.progress.update(self.task, completed=completed, facts=f"trial {trial.number}")
        if trial.state == "training":
            return
        ended = "" if trial.state == "finished" else f", {trial.state}"
        accuracy = f"{trial.accuracy:.1%} val accuracy" if trial.accuracy is not None else "no epoch complete"
        reason = f": {trial.reason}" if trial.reason else ""
        best = study.best_of(trials)
        so_far = f"; best {best[0].accuracy:.1%}, trial {best[0].number}" if best else ""
        line = f"trial {trial.number}{ended}{reason}, {accuracy}, {duration(trial.seconds)}{so_far}"
        self.progress.console.print(
            f"{line}: {recipes.in_words(trial.params)}", markup=False, highlight=False, soft_wrap=True
        )

    def epoch(self, number: int, epoch: Epoch) -> None:
        facts = f"trial {number}, epoch {epoch.epoch + 1} of {self.study.plan.epochs}: {epoch.val_accuracy:.1%}"
        self.progress.update(self.task, facts=facts)
