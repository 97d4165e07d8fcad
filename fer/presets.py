"""Three recipes to begin with: what differs from TrainConfig's defaults."""

from dataclasses import dataclass

from fer.config import TrainConfig


@dataclass(frozen=True)
class Preset:
    """A recipe with a sentence on what to expect of it; `settings` are TrainConfig fields."""

    name: str
    summary: str
    settings: dict

    def config(self, data: str) -> TrainConfig:
        return TrainConfig(data=data, **self.settings)


LIGHT = {"architecture": "mini_xception", "batch_size": 64, "weight_decay": 1e-4, "label_smoothing": 0.05, "erase": 0.0}

PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            "Quick look",
            "the light network, eight epochs: enough to see how a training goes",
            {**LIGHT, "epochs": 8, "warmup_epochs": 1.0, "precision": "float32"},
        ),
        Preset(
            "Balanced",
            "the shipped network for a third of its time: most of its accuracy",
            {"epochs": 20, "warmup_epochs": 2.0},
        ),
        Preset("Best", "the first 60 epochs of the shipped `vgg_small`, exactly as it was trained", {}),
    )
}
