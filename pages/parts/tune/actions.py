"""Everything that the Tune page can do that costs or changes something on the server; see gate.py."""

from fer.errors import FerError
from fer.runs import queue
from fer.runs.store import RunStore
from fer.tuning import processes, repeats
from fer.tuning import study as studies
from fer.tuning.plan import Plan
from fer.tuning.study import Budget, Study, Trial
from pages.parts.shared.gate import needs


@needs("training", stores=True)
def tune(store: RunStore, name: str, plan: Plan, budget: Budget, workers: int) -> None:
    with queue.starting(store):
        made = studies.create(store, name, plan, budget)
        made.workers = workers
        try:
            processes.start(store, name, made.url, workers=workers)
        except (FerError, OSError):  # it never started, so its name becomes free again
            processes.delete(made)
            raise


@needs("training", stores=True)
def go_on_tuning(study: Study, budget: Budget) -> None:
    """Go on with a study; its workers are started unless another click has done that."""
    with queue.starting(study.store):
        processes.check_alone(study.store, study.name)  # before the study changes
        study.budget = budget
        study.go_on()
        if not processes.working(study.store, study.name):
            processes.start(study.store, study.name, study.url, workers=study.workers)


@needs("training", stores=True)
def add_worker(study: Study) -> None:
    with queue.starting(study.store):
        together = processes.working(study.store, study.name) + 1
        processes.start(study.store, study.name, study.url)
        study.workers = together


@needs("training", stores=True)
def repeat_best(study: Study, trial: Trial) -> None:
    """Repeat a trial with other seeds, by workers of its own if none is at work."""
    with queue.starting(study.store):
        processes.check_alone(study.store, study.name)
        repeats.ask_for(study, trial)
        if not processes.working(study.store, study.name):
            study.go_on()
            workers = min(study.workers, repeats.SEEDS)
            processes.start(study.store, study.name, study.url, workers=workers, is_searching=False)


@needs("training", stores=True)
def extend_tuning(study: Study, budget: Budget) -> None:
    study.budget = budget


@needs("training")
def stop_tuning(study: Study) -> None:
    study.stop()


@needs("training")
def delete_study(study: Study) -> None:
    processes.delete(study)
