"""Tuning: start a study, join it from another machine, or resume it."""

import argparse
import signal
from dataclasses import replace

from fer.cli import add_folder_classes, add_setting, check_recipe, command, load_worker, text
from fer.data import catalog
from fer.errors import FerError, extra
from fer.runs.config import TrainConfig
from fer.runs.data import dataset_of
from fer.runs.presets import find, keys
from fer.runs.store import RunStore
from fer.system.text import check_file_name, plural, rough_duration
from fer.tuning import budget, plan, recipes, repeats, space, study
from fer.tuning.study import Budget, Study

OPTIMISTIC = (
    "This is the best of all trials on the validation split that chose it, so it is optimistic. Judge a full training "
    "on the test split."
)


def add_to(add) -> None:
    parser = command(
        add,
        "tune",
        tune,
        "search for a better recipe with many short training runs",
        "Vary a recipe's settings over many short training runs, the trials of a study, and keep what reaches the\n"
        "highest validation accuracy; no trial reads the test split. Given only its name, a study is resumed, or gets\n"
        "one more worker, also from other machines with the same --storage. Ctrl-C stops this worker.",
        "examples:\n  python -m fer tune --study first --data synthetic --architecture mini_xception --trials 4\n"
        "  python -m fer tune --study night --data fer2013 --budget 8h\n"
        "  python -m fer tune --study night --budget 2h\n"
        "  python -m fer tune --study night --repeat-best\n"
        '  python -m fer tune --study rates --only --search learning_rate=1e-3..1e-1 --search "batch_size=64|96" '
        "--trials 20\n"
        "  python -m fer tune --study shared --storage postgresql://me@server/studies --budget 8h",
    )
    _add_study(parser)
    add_folder_classes(parser)
    for name, items in TrainConfig.grouped().items():
        group = parser.add_argument_group(name)
        for item in items:
            if item.name != "read_test":
                add_setting(group, item)


def _add_study(parser: argparse.ArgumentParser) -> None:
    """Add the options that concern the study, not its recipe."""
    parser.add_argument("--study", required=True, metavar="NAME", help="name of a new study, or of one to resume")
    parser.add_argument(
        "--budget", metavar="TIME", help="training time of all workers, such as 90min; adds to what was used"
    )
    parser.add_argument("--trials", type=int, metavar="N", help="number of trials instead; adds to those there are")
    parser.add_argument(
        "--search",
        action="append",
        default=[],
        metavar="NAME=LOW..HIGH",
        help="vary a setting in this range; NAME=A|B: among these; NAME: as suggested; NAME=A: keep it at A "
        f"(without it, these vary: {', '.join(space.VARIED)})",
    )
    parser.add_argument("--only", action="store_true", help="vary nothing but what --search names")
    parser.add_argument("--trial-epochs", type=int, metavar="N", help=f"epochs of a trial (default: {plan.EPOCHS})")
    parser.add_argument(
        "--storage", default="", metavar="URL", help="database that several machines share (default: FER_STORAGE)"
    )
    parser.add_argument("--recipe", metavar="NAME", help=f"{', '.join(keys())}, or a shipped run's name")
    parser.add_argument(
        "--repeat-best",
        type=int,
        nargs="?",
        const=repeats.SEEDS,
        metavar="N",
        help=f"train the best trial N times more with other seeds ({repeats.SEEDS}), to tell how optimistic it is",
    )
    parser.add_argument("--no-search", action="store_true", help=argparse.SUPPRESS)  # train only what waits
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)  # the page's: begin nothing


def tune(
    study: str, storage: str, worker: bool, repeat_best: int | None = None, no_search: bool = False, **options
) -> int:
    found = _opened(RunStore(), study, storage, options, is_worker=worker, is_repeat=repeat_best is not None)
    if repeat_best is not None:
        _repeat(found, repeat_best)
    with extra("tune", "Tuning"):
        from fer.cli.study_line import StudyLine
        from fer.tuning import processes
    with processes.at_work(found.store, found.name), StudyLine(found) as line:
        load_worker()  # takes seconds, in which the page shall know that a worker is there
        with extra("tune", "Tuning"):
            from fer.tuning.worker import Worker
        is_searching = repeat_best is None and not no_search
        works = Worker(found, is_searching=is_searching, on_trial=line.trial, on_epoch=line.epoch)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: _stop(works))
        works.run()
    _print_result(found)
    return 0


def _opened(store: RunStore, name: str, url: str, options: dict, *, is_worker: bool, is_repeat: bool) -> Study:
    """The study, begun if there is none of that name, with its new budget."""
    check_file_name(name, "study")
    limit = _limit(options.pop("budget"), options.pop("trials"))
    folder_classes, texts, only = options.pop("folder_classes"), options.pop("search"), options.pop("only")
    epochs, recipe = options.pop("trial_epochs"), options.pop("recipe")
    if study.exists(store, name, url):
        if options or texts or only or epochs or recipe:
            raise FerError(
                f"Study {name!r} already has its settings. To resume it, give only --budget or --trials; for other "
                "settings, start a new study."
            )
        found = study.open_study(store, name, url)
        if limit.trials or limit.seconds:
            found.budget = _more(found, limit)
        if not is_worker:
            found.go_on()
        return found
    if is_worker or is_repeat:
        raise FerError(f"There is no study {name!r}. Start it first, with --budget or --trials.")
    if not (limit.trials or limit.seconds):
        raise FerError("A new study needs a budget: --budget 2h, or --trials 20.")
    start = find(recipe).config(options.get("data", find(recipe).recipe.data)) if recipe else TrainConfig()
    config, dimensions = space.space(texts, replace(start, **options), only=only)
    check_recipe(config)
    if folder_classes:
        for line in catalog.confirm(config.data, folder_classes).left_out():
            print(line)
    dataset = dataset_of(config, voted=False)
    made = plan.make(config, dataset, dimensions, epochs=epochs or min(plan.EPOCHS, config.epochs))
    _print_plan(store, made, limit, len(dataset.train), len(dataset.val))
    study.create(store, name, made, limit, url)
    return study.open_study(store, name, url)


def _repeat(found: Study, number: int) -> None:
    """Have the best trial repeated."""
    best = next(iter(study.best_of(found.trials)), None)
    if not best:
        raise FerError(f"No trial of study {found.name!r} has finished yet, so there is nothing to repeat.")
    repeats.ask_for(found, best, number)
    seconds = rough_duration(repeats.price(best, number))
    print(f"Repeating trial {best.number} with {plural(number, 'other seed')}, about {seconds}")


def _limit(time: str | None, trials: int | None) -> Budget:
    if trials is not None and trials < 1:
        raise FerError(f"--trials must be at least 1, got {trials}.")
    return Budget(trials or 0, budget.seconds_of(time) if time else 0.0)


def _more(found: Study, limit: Budget) -> Budget:
    """The new limit on top of what has been used."""
    trials = found.trials
    used = len(study.counted(trials)) if limit.trials else 0
    spent = study.spent(trials) if limit.seconds else 0.0
    return Budget(used + limit.trials if limit.trials else 0, spent + limit.seconds if limit.seconds else 0.0)


def _print_plan(store: RunStore, made: plan.Plan, limit: Budget, train: int, val: int) -> None:
    print(f"{made.data}, {' or '.join(made.networks)}, trials of up to {plural(made.epochs, 'epoch')}. What varies:")
    for dimension in made.dimensions:
        print(f"  {dimension.text}")
    each = budget.typical_seconds(store, made, train=train, val=val)
    if limit.seconds and (number := budget.trials_in(limit.seconds, each)):
        print(f"About {plural(number, 'trial')} of full length fit; pruning makes room for more.")


def _print_result(found: Study) -> None:
    trials = found.trials
    best = study.best_of(trials, 3)
    rows = [[trial.number, f"{trial.accuracy:.1%}", recipes.in_words(trial.params)] for trial in best]
    states = [trial.state for trial in trials if trial.repeat_of is None]
    print(f"{found.name}: {', '.join(f'{states.count(state)} {state}' for state in dict.fromkeys(states))}")
    if best:
        text.print_table(["trial", "val accuracy", "settings"], rows)
        known = repeats.of(trials, best[0])
        told = repeats.in_words(known, len(study.counted(trials))) if known else ""
        print(f"{OPTIMISTIC}{' ' if told else ''}{told}")
        print(f"Train it at full length: python -m fer train {recipes.as_options(found, best[0])}")
    if not found.is_used_up:
        print(f"Resume it: python -m fer tune --study {found.name}{' --storage …, as before' if found.url else ''}")


def _stop(works) -> None:
    """First signal: put the trial back and end. Second: interrupt at once."""
    if works.is_stopping:
        raise KeyboardInterrupt
    works.ask_to_stop()
