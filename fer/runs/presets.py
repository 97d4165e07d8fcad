"""Recipes to begin with: three presets, and those of the runs that ship, each with what it promises."""

from dataclasses import dataclass, replace
from pathlib import Path

from fer.errors import FerError, unknown
from fer.runs.config import TrainConfig
from fer.runs.run import Run
from fer.runs.store import BUNDLED, FLAGSHIP, RunStore


@dataclass(frozen=True)
class Preset:
    """A recipe with a sentence on what to expect of it."""

    name: str
    summary: str
    recipe: TrainConfig

    def config(self, data: str) -> TrainConfig:
        """The recipe for a data set; on another than its own without FER+ votes and teachers, who know that alone."""
        if Path(data).stem == Path(self.recipe.data).stem:
            return replace(self.recipe, data=data)
        return replace(self.recipe, data=data, ferplus=0.0, teacher="")


def of_run(run: Run, name: str) -> Preset:
    """The recipe of a finished run; its card is the promise, so the test split is read in the end to see it kept."""
    card, score = run.card, run.card.test_score
    hours, cores = card.training_seconds / 3600, card.machine.cores
    promise = f"the recipe of the shipped `{run.id}`, which took {hours:.1f} hours on {cores} cores"
    if score:
        accuracy, low, high = (f"{100 * share:.1f}" for share in (score.accuracy, *score.interval))
        promise += f" and answers {accuracy} % ({low} to {high}) of {card.data.name}'s test split rightly"
    return Preset(name, promise, replace(run.config, read_test=True))


def find(name: str) -> Preset:
    """The preset, or the shipped run's recipe, of that name; case and `-` for a blank do not matter.

    Raises:
        FerError: for any other name, and for a run that no single recipe makes.
    """
    shipped = {run.id: run for run in RunStore(BUNDLED) if run.is_shipped}
    runs = {id: run for id, run in shipped.items() if not run.card.average_of}
    presets = {key.lower().replace(" ", "-"): preset for key, preset in PRESETS.items()}
    wanted = name.lower().replace(" ", "-")
    if name in shipped.keys() - runs.keys():
        members = " and ".join(member.run for member in shipped[name].card.average_of)
        raise FerError(
            f"{name} has no recipe of its own: it is the mean of the weights of {members}. docs/training.md says "
            "how to make it again."
        )
    if wanted not in presets and name not in runs:
        raise unknown("recipe", name, {*presets, *runs})
    return presets[wanted] if wanted in presets else of_run(runs[name], name)


QUICK = TrainConfig(
    architecture="mini_xception",
    batch_size=64,
    weight_decay=1e-4,
    label_smoothing=0.05,
    erase=0.0,
    epochs=8,
    warmup_epochs=1.0,
    precision="float32",
)

PRESETS = {
    preset.name: preset
    for preset in (
        Preset("Quick look", "the light network, eight epochs: enough to see how a training goes", QUICK),
        Preset(
            "Balanced",
            "`vgg_small` for a third of its time: most of its accuracy",
            TrainConfig(epochs=20, warmup_epochs=2.0),
        ),
        *(of_run(run, "Flagship") for run in RunStore(BUNDLED) if run.id == FLAGSHIP and run.is_shipped),
    )
}
