"""Training: start, resume, work through the queue, and measure this machine's speed."""

import signal
from dataclasses import fields, replace

from fer.cli import add_folder_classes, add_setting, check_recipe, command, load_worker, print_scores, text
from fer.data import catalog
from fer.errors import FerError
from fer.runs import presets, queue, speed, stop
from fer.runs.config import TrainConfig
from fer.runs.run import Run
from fer.runs.store import RunStore


def add_to(add) -> None:
    _add_train(add)
    _add_work(add)
    _add_measure(add)


def _add_train(add) -> None:
    parser = command(
        add,
        "train",
        train,
        "train a network, with a progress bar for each epoch",
        "Train a network and store it as a run in models/. Ctrl-C stops cleanly after the current batch; --resume\n"
        "continues from the last completed epoch. --recipe takes all settings from a preset or a shipped run; other\n"
        "options override them. Without it, the defaults below apply.",
        "examples:\n  python -m fer train --data synthetic --architecture mini_xception --epochs 3 --name first\n"
        "  python -m fer train --data fer2013 --epochs 60 --name my_vgg\n"
        '  python -m fer train --data fer2013 --classes "happy, sad, neutral" --name three\n'
        "  python -m fer train --recipe flagship --name mine\n"
        "  python -m fer train --resume my_vgg",
    )
    parser.add_argument("--name", help="name of the run (default: the architecture and the time)")
    parser.add_argument("--resume", metavar="RUN", help="resume a stopped run; takes no other options")
    parser.add_argument("--recipe", metavar="NAME", help=f"{', '.join(presets.keys())}, or a shipped run's name")
    add_folder_classes(parser)
    for name, items in TrainConfig.grouped().items():
        group = parser.add_argument_group(name)
        for item in items:
            add_setting(group, item)


def _add_work(add) -> None:
    command(
        add,
        "work",
        work,
        "train the queued runs",
        "Train the runs that the Train page has queued, one after another, until the queue is empty. The page starts\n"
        "this on its own; run it by hand if the page may not start processes.",
        "example:\n  python -m fer work",
    )


def _add_measure(add) -> None:
    parser = command(
        add,
        "measure",
        measure,
        "measure how fast this machine trains a network",
        "Train a network for half a minute on synthetic faces and record how many images per second this machine\n"
        "trains, validates and evaluates. The Train page estimates training times from this.",
        "example:\n  python -m fer measure --architecture vgg_small",
    )
    for item in fields(TrainConfig):
        if item.name in ("architecture", "precision", "batch_size"):
            add_setting(parser, item)


def train(name: str | None, resume: str | None, recipe: str | None, folder_classes: str | None, **settings) -> int:
    store = RunStore()
    if resume:
        if name or recipe or folder_classes or settings:
            raise FerError("--resume takes its recipe from the run; give it no other options.")
        run = store[resume]
        if run.state == "finished":
            raise FerError(f"Run {resume!r} is finished; there is nothing to resume.")
    else:
        config = replace(_taken(recipe, settings) if recipe else TrainConfig(), **settings)
        check_recipe(config)
        if folder_classes:
            catalog.confirm(config.data, folder_classes)
        run = store.create(config, name)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: _stop(run))
    from fer.cli.progress import Bars

    try:
        work = load_worker().train
        with Bars(run) as bars:
            finished = work(run, on_answer=bars.answer, on_start=bars.start, on_batch=bars.batch, on_epoch=bars.epoch)
    except FerError:
        if not resume and not run.has_checkpoint:
            store.delete(run.id)  # it never started, so its name becomes free again
        raise
    if not finished:
        print(f"{run.status.message} Resume it: python -m fer train --resume {run.id}")
        return 0
    print_scores(run)
    use = f"Use it: python -m fer predict PHOTO --model {run.id}"
    on = f"Where TensorFlow is installed, export it before use: python -m fer export {run.id}"
    print(f"Finished: {run.path}. {use if run.is_usable else on}")
    return 0


def _taken(recipe: str, settings: dict) -> TrainConfig:
    """The recipe of that name, for the data named in the settings."""
    preset = presets.find(recipe)
    config = preset.config(settings.get("data", preset.recipe.data))
    if (config.ferplus, config.teacher) != (preset.recipe.ferplus, preset.recipe.teacher):
        print(f"Training without the FER+ votes and the teachers of {preset.name}: they are for {preset.recipe.data}.")
    return config


def measure(**settings) -> None:
    config, store = TrainConfig(**settings), RunStore()
    check_recipe(replace(config, data="synthetic"))
    with queue.measuring(store):
        if queue.is_busy(store):
            raise FerError(
                "A run is training or queued, or a study is running, so the speed would be wrong. Try again when it "
                "has ended."
            )
        found = load_worker().measure(config)
        speed.note(store, config, **found)
    text.print_json(speed.rates(store, config))


def work() -> None:
    if not queue.work(RunStore()):
        print("No runs are queued.")


def _stop(run: Run) -> None:
    """First signal: stop cleanly. Second: interrupt at once."""
    if stop.was_asked(run):
        raise KeyboardInterrupt
    stop.ask(run)
