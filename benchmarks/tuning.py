"""What a study costs beside the same trainings without one, and how its work is best split and pruned.

    python benchmarks/tuning.py overhead   # a trial beside the same training started by hand: at most 3% longer
    python benchmarks/tuning.py workers    # 24 short trials by one worker with all threads, and by two that share them
    python benchmarks/tuning.py pruners    # median pruner beside successive halving on the same curves
    python benchmarks/tuning.py opening    # a study of 500 trials on the Tune page, in Chromium: at most 1 s
    python benchmarks/tuning.py search --data fer2013 --budget 90min   # the default search beside the recipe by hand

All train mini_xception, on drawn faces unless --data names others. Ratios are taken within one run; still, the machine
should be idle. `overhead` and `opening` also measure on a PostgreSQL server of their own, where Debian's package
`postgresql` is installed.
"""

import argparse
import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "benchmarks")]
from helpers import postgres  # noqa: E402  # tests/ is not installed

from fer.data.catalog import open_dataset  # noqa: E402
from fer.runs.config import TrainConfig  # noqa: E402
from fer.runs.store import RunStore  # noqa: E402
from fer.tuning import budget, importance, plan, recipes, repeats, space, study  # noqa: E402
from fer.tuning.study import Budget, Study  # noqa: E402

TRIALS = 24


def begin(store: RunStore, name: str, options, *texts: str, url: str = "", trials: int = TRIALS) -> Study:
    recipe = TrainConfig(data=options.data, architecture="mini_xception")
    recipe, dimensions = space.space(texts or ["mixup"], recipe, only=True)
    made = plan.make(recipe, open_dataset(options.data), dimensions, epochs=options.epochs)
    study.create(store, name, made, Budget(trials=trials), url)
    return study.open_study(store, name, url)


@contextmanager
def storages() -> Iterator[dict[str, str]]:
    """The journal, and where it is installed a database: each a URL."""
    if not postgres.CONTROL:
        yield {"journal": ""}
        return
    with postgres.running() as server:
        yield {"journal": "", "postgresql": server.new()}


def overhead(store: RunStore, options) -> None:
    """In turns, so that both have the same share of the machine's moods."""
    from fer.training.trial import train_trial
    from fer.tuning.worker import Worker, data_of

    with storages() as found:
        studies = {name: begin(store, name, options, url=url, trials=1) for name, url in found.items()}
        dataset = data_of(next(iter(studies.values())))
        seconds = {name: [] for name in ("by hand", *studies)}
        for number in range(options.rounds + 1):  # the first warms up
            config = studies["journal"].plan.trial_config({"mixup": 0.0})
            hand = store.create(config, f"by-hand-{number}")
            started = time.monotonic()
            train_trial(hand, dataset, on_batch=lambda _: None, on_epoch=lambda _: None)
            seconds["by hand"].append(time.monotonic() - started)
            for name, made in studies.items():
                made.optuna.enqueue_trial({"mixup": 0.0})
                made.budget = Budget(trials=number + 1)
                worker = Worker(made)
                started = time.monotonic()
                asked = worker._ask()
                assert asked
                worker._train(asked, dataset)
                seconds[name].append(time.monotonic() - started)
    print(f"a trial of {options.epochs} epochs, {len(dataset.train):,} images, median of {options.rounds} rounds:")
    for name, values in seconds.items():
        ratio = statistics.median(a / b for a, b in zip(values[1:], seconds["by hand"][1:], strict=True))
        print(f"  {name:12} {statistics.median(values[1:]):6.1f} s  {ratio - 1:+.1%}  (bar +3%)")


def workers(store: RunStore, options) -> None:
    cores = os.cpu_count() or 1
    for count in (1, 2, 2, 1):  # there and back
        name = f"by-{count}-{time.monotonic_ns()}"
        begin(store, name, options)
        threads = str(max(1, cores // count))
        environment = {**os.environ, "FER_MODELS": str(store.root), "PYTHONPATH": str(ROOT)}
        environment |= {"TF_NUM_INTRAOP_THREADS": threads, "OMP_NUM_THREADS": threads}
        command = [sys.executable, "-m", "fer", "tune", "--study", name]
        started = time.monotonic()
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        running = [subprocess.Popen(command, env=environment, **quiet) for _ in range(count)]
        assert [process.wait() for process in running] == [0] * count
        seconds = time.monotonic() - started
        trials = len(study.counted(study.open_study(store, name).trials))
        print(f"{count} workers with {threads} threads each: {trials} trials in {seconds:.0f} s", flush=True)


def pruners(store: RunStore, options) -> None:
    """All trials are trained to their end once; then each pruner sees their curves in many orders. What counts is how
    good the best is once half of the epochs are used up: a pruner has seen more trials by then, and may have lost the
    best of them."""
    from optuna.pruners import MedianPruner, NopPruner, SuccessiveHalvingPruner

    made = begin(store, "curves", options, *space.VARIED, trials=options.trials)
    side_by_side(made, budget.fitting(), pruned=False)
    curves = [trial.curve for trial in made.trials if trial.state == "finished"]
    best, half = max(max(curve) for curve in curves), len(curves) * options.epochs // 2
    print(f"{len(curves)} trials of {options.epochs} epochs, the best with {best:.1%}; {options.orders} orders:")
    for curve in curves:
        print("   ", in_numbers(curve))
    kinds = {
        "none": NopPruner(),
        "median": MedianPruner(n_warmup_steps=1),
        "halving": SuccessiveHalvingPruner(),
        "halving, from 2": SuccessiveHalvingPruner(min_resource=2, reduction_factor=2),
    }
    for name, pruner in kinds.items():
        found = [replay(curves, pruner, seed, half) for seed in range(options.orders)]
        used, halfway, end = (statistics.mean(values) for values in zip(*found, strict=True))
        print(f"  {name:16} all trials with {used / (2 * half):4.0%} of the epochs", end=", ")
        print(f"{100 * (best - end):.2f} points lost; with half of the epochs {100 * (best - halfway):.2f}")


def replay(curves: list[tuple[float, ...]], pruner, seed: int, half: int) -> tuple[int, float, float]:
    """Returns the epochs that were trained, and the best accuracy of the trials that were not pruned: of those that
    ended within `half` epochs, and of all."""
    import optuna

    order = random.Random(seed).sample(curves, len(curves))
    replayed = optuna.create_study(direction="maximize", pruner=pruner)
    epochs, reached, halfway = 0, 0.0, 0.0
    for curve in order:
        asked = replayed.ask()
        for step, value in enumerate(curve):
            asked.report(value, step)
            epochs += 1
            if step + 1 < len(curve) and asked.should_prune():
                replayed.tell(asked, state=optuna.trial.TrialState.PRUNED)
                break
        else:
            replayed.tell(asked, max(curve))
            reached = max(reached, max(curve))
            halfway = reached if epochs <= half else halfway
    return epochs, halfway, reached


def in_numbers(curve: tuple[float, ...]) -> str:
    return " ".join(f"{value:.3f}" for value in curve)


def side_by_side(made: Study, count: int, **how: bool) -> None:
    """Let so many workers work on a study, each in a process of its own."""
    os.environ["TF_NUM_INTRAOP_THREADS"] = str(max(1, budget.CORES // count))
    spawning = multiprocessing.get_context("spawn")
    running = [spawning.Process(target=work, args=(made.store.root, made.name), kwargs=how) for _ in range(count)]
    for process in running:
        process.start()
    for process in running:
        process.join()
        assert not process.exitcode


def work(root: Path, name: str, *, pruned: bool = True, searching: bool = True) -> None:
    from optuna.pruners import NopPruner

    from fer.tuning.worker import Worker

    made = study.open_study(RunStore(root), name)
    made.optuna.pruner = made.optuna.pruner if pruned else NopPruner()
    Worker(made, is_searching=searching).run()


def opening(store: RunStore, options) -> None:
    from helpers.browsing import chromium, serve, tab

    with storages() as found, chromium() as browser:
        for name, url in found.items():
            store = RunStore(store.root.with_name(name))  # the page shows a study of this machine first
            fill(begin(store, name, options, *space.VARIED, url=url, trials=600))
            page, environment = tab(browser), {"FER_MODELS": str(store.root), "FER_STORAGE": url}
            with serve(ROOT, **environment) as address:
                page.goto(f"{address}/train")  # no other page loads Optuna
                page.get_by_role("button", name="Train").first.wait_for()
                seconds = [open_study(page, name) for _ in range(options.rounds + 1)]
                typical = statistics.median(seconds[1:])
                print(f"{name}: 500 trials, first {seconds[0]:.2f} s, then {typical:.2f} s (bar 1 s)", flush=True)


def open_study(page, name: str) -> float:
    """From the click on Tune until the study's curves and its table are there."""
    link = page.get_by_role("link", name="Tune").first
    started = time.monotonic()
    link.click()
    page.get_by_role("heading", name=name).wait_for()
    page.locator("polyline").nth(499).wait_for(state="attached")
    page.get_by_text("Trials (CSV)").wait_for()
    seconds = time.monotonic() - started
    page.get_by_role("link", name="Train").first.click()
    page.get_by_role("heading", name="Train a network").wait_for()
    return seconds


def fill(made: Study) -> None:
    from optuna.distributions import BaseDistribution
    from optuna.samplers import RandomSampler
    from optuna.trial import create_trial

    distributions: dict[str, BaseDistribution] = {each.name: each.distribution() for each in made.plan.dimensions}
    sampler, values = RandomSampler(0), random.Random(0)
    made.optuna.sampler = sampler
    for _ in range(500):
        drawn = {
            name: sampler.sample_independent(made.optuna, None, name, each) for name, each in distributions.items()
        }
        curve = {epoch: 0.3 + 0.05 * epoch + values.uniform(0, 0.2) for epoch in range(made.plan.epochs)}
        trial = create_trial(
            params=drawn, distributions=distributions, value=max(curve.values()), intermediate_values=curve
        )
        made.optuna.add_trial(trial)
    importance.note(made)


def search(store: RunStore, options) -> None:
    """Does the default search beat the recipe that it starts from, at equal epochs, with three other seeds each?"""
    made = begin(store, "search", options, *space.VARIED)
    count = budget.fitting()
    made.budget = Budget(seconds=budget.seconds_of(options.budget) * count)
    side_by_side(made, count)
    recipe, best = made.trials[0], study.best_of(made.trials)[0]
    print(f"{len(study.counted(made.trials))} trials; the best, trial {best.number}: {recipes.in_words(best.params)}")
    for trial in study.counted(made.trials):
        facts = f"{trial.number:3} {trial.state:9} {trial.seconds:4.0f} s  {in_numbers(trial.curve)}"
        print(f"  {facts}  {recipes.in_words(trial.params)}")
    for trial in dict.fromkeys((recipe.number, best.number)):
        repeats.ask_for(made, made.trials[trial])
    side_by_side(made, count, searching=False)
    for name, trial in (("by hand", recipe), ("the best", best)):
        found = repeats.of(made.trials, trial)
        assert found
        reached = ", ".join(f"{value:.1%}" for value in found.accuracies)
        print(f"  {name:9} {trial.accuracy or 0:.1%}, with other seeds {found.mean:.1%} ({reached})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = {each.__name__: each for each in (overhead, workers, pruners, opening, search)}
    parser.add_argument("what", choices=kinds)
    parser.add_argument("--data", default="synthetic")
    parser.add_argument("--epochs", type=int, help="of a trial (default: 6; 2 for workers)")
    parser.add_argument("--budget", default="90min", help="of the search")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--trials", type=int, default=TRIALS, help="of the pruners")
    parser.add_argument("--orders", type=int, default=200)
    options = parser.parse_args()
    options.epochs = options.epochs or (2 if options.what == "workers" else plan.EPOCHS)
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        kinds[options.what](RunStore(Path(folder) / "models"), options)


if __name__ == "__main__":
    main()
