"""Ready-made recipes: three presets and the recipes of the shipped runs, with their expected results."""

from dataclasses import dataclass, replace

from fer.data.catalog import short_name
from fer.errors import FerError, unknown
from fer.runs.config import TrainConfig
from fer.runs.members import require_networks
from fer.runs.run import Run
from fer.runs.store import BUNDLED, FLAGSHIP, RunStore


@dataclass(frozen=True)
class Preset:
    """A recipe with a summary of what to expect.

    Attributes:
        line: what it is, in a few words.
    """

    name: str
    summary: str
    recipe: TrainConfig
    line: str = ""

    def config(self, data: str) -> TrainConfig:
        """The recipe for a data set; on other data than its own, without FER+ votes and teachers, which don't apply."""
        if short_name(data) == short_name(self.recipe.data):
            return replace(self.recipe, data=data)
        return replace(self.recipe, data=data, ferplus=0.0, teacher="")


def of_run(run: Run, name: str) -> Preset:
    """The recipe of a finished run. Its card's accuracy is what to expect, so the test split is evaluated too."""
    card, score = run.card, run.card.test_score
    promise = f"the recipe of the shipped `{run.id}`, trained in {card.training_seconds / 3600:.1f} hours"
    if card.machine:
        promise += f" on {card.machine.cores} cores"
    if score:
        accuracy, low, high = (f"{100 * share:.1f}" for share in (score.accuracy, *score.interval))
        promise += f"; {accuracy}% test accuracy ({low} to {high}, {card.data.name})"
    line = "The recipe of the default model." if run.id == FLAGSHIP else ""
    return Preset(name, promise, replace(run.config, read_test=True), line)


def find(name: str) -> Preset:
    """The preset or shipped run's recipe with that name; presets match in any case and with `-` for spaces.

    Raises:
        FerError: for unknown names, and for an averaged run or an ensemble, which has no single recipe.
    """
    shipped = {run.id: run for run in RunStore(BUNDLED) if run.is_shipped}
    runs = {id: run for id, run in shipped.items() if not run.card.average_of and not run.card.members}
    presets, preset_key = keys(), _key(name)
    if name in shipped.keys() - runs.keys():
        require_networks([shipped[name]])
        members = " and ".join(member.run for member in shipped[name].card.average_of)
        raise FerError(
            f"{name} has no recipe of its own: it is the mean of the weights of {members}. See docs/training.md "
            "for how to reproduce it."
        )
    if preset_key not in presets and name not in runs:
        raise unknown("recipe", name, {*presets, *runs})
    return presets[preset_key] if preset_key in presets else of_run(runs[name], name)


def keys() -> dict[str, Preset]:
    """The presets by what the command line calls them, such as quick-look."""
    return {_key(name): preset for name, preset in PRESETS.items()}


def _key(name: str) -> str:
    return name.lower().replace(" ", "-")


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
        Preset(
            "Quick look",
            "a light network for eight epochs: enough to see how training works",
            QUICK,
            "A light network for a few epochs, to see how training works.",
        ),
        Preset(
            "Balanced",
            "`vgg_small` in a third of the time, with most of its accuracy",
            TrainConfig(epochs=20, warmup_epochs=2.0),
            "A mid-sized network, trained for a third of the usual time.",
        ),
        *(of_run(run, "Flagship") for run in RunStore(BUNDLED) if run.id == FLAGSHIP and run.is_shipped),
    )
}
