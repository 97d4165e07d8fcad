"""Training settings, each defined once with its default, help and limits."""

import json
from dataclasses import Field, asdict, dataclass, fields

import msgspec

from fer.errors import FerError, unknown
from fer.runs.settings import GROUPS, checked, setting


@dataclass(frozen=True)
class TrainConfig:
    """A training recipe. The form, the command line and the documentation are generated from these fields.

    The defaults are the recipe of `vgg_small_60`, the first of the two runs that the shipped `vgg_small` averages.

    Raises:
        FerError: for a value of the wrong type or outside its limits.
    """

    data: str = setting(
        "fer2013", "data set: a name in data/, 'synthetic', or a path to a file or folder", group="data"
    )
    classes: str = setting(
        "",
        "select or merge classes: 'happy, not happy=angry+sad' keeps one, merges two and drops the rest; empty: all",
        group="data",
    )
    ferplus: float = setting(
        0.0,
        "share of each training target from FER+ votes (fer2013new.csv next to the csv); the label gets the rest",
        group="data",
        low=0,
        high=1,
    )
    ferplus_as: str = setting(
        "labels",
        "how FER+ votes are used: votes: as they are; labels: as the probability of each FER2013 label given the votes",
        group="data",
        choices=("labels", "votes"),
    )
    split_seed: int = setting(
        0,
        "seed for carving missing validation and test splits; averages and ensembles need runs with the same one",
        group="data",
        low=0,
        high=2**31 - 1,
    )
    architecture: str = setting("vgg_small", "network to train", group="network")
    start_from: str = setting(
        "",
        "run whose best weights to start from (fine-tuning), except the last layer if its classes differ; "
        "empty: random weights",
        group="network",
    )
    imagenet: bool = setting(
        True,
        "start an ImageNet backbone from pretrained weights: data/weights/NETWORK.weights.h5, else Keras's download",
        group="network",
    )
    frozen_epochs: int = setting(
        1,
        "epochs in which an ImageNet backbone is frozen and only the layers after it are trained",
        group="network",
        low=0,
        high=100,
    )
    backbone_rate: float = setting(
        0.1,
        "learning rate of the unfrozen backbone, as a share of the overall rate; sgd only",
        group="network",
        low=0,
        high=1,
    )
    teacher: str = setting(
        "",
        "models whose mean predictions on the training faces become soft targets (distillation, arXiv 1503.02531); "
        "on the command line, separated by commas; empty: none",
        group="distillation",
    )
    teacher_share: float = setting(
        0.7, "share of each training target from the teachers' predictions", group="distillation", low=0, high=1
    )
    epochs: int = setting(60, "passes over the training split", group="optimisation", low=1, high=1000)
    batch_size: int = setting(
        96, "images per step; odd numbers are rounded down", group="optimisation", low=2, high=4096
    )
    optimizer: str = setting(
        "sgd", "sgd (Nesterov momentum 0.9) or adamw", group="optimisation", choices=("sgd", "adamw")
    )
    learning_rate: float = setting(
        0.05, "peak learning rate; about 0.001 for adamw", group="optimisation", low=1e-6, high=10
    )
    schedule: str = setting(
        "cosine",
        "cosine: decays to 0; plateau: halved after 3 epochs without improvement",
        group="optimisation",
        choices=("cosine", "plateau"),
    )
    warmup_epochs: float = setting(
        3, "epochs in which the learning rate rises from 0 to its peak", group="optimisation", low=0, high=100
    )
    small_first: float = setting(
        0.0,
        "share of the epochs, at the start, in which images are shrunk to two thirds of their size, which halves the "
        "time (progressive resizing, arXiv 2104.00298)",
        group="optimisation",
        low=0,
        high=0.9,
    )
    weight_decay: float = setting(
        5e-4,
        "sgd: L2 penalty on convolution and dense kernels; adamw: decoupled decay",
        group="regularisation",
        low=0,
        high=1,
    )
    label_smoothing: float = setting(
        0.1, "share of each target spread over all classes", group="regularisation", low=0, high=0.9
    )
    mixup: float = setting(
        0.0,
        "blend pairs of images, in shares drawn from Beta(a, a) with this a (arXiv 1710.09412); 0: off",
        group="regularisation",
        low=0,
        high=10,
    )
    cutmix: float = setting(
        0.0,
        "replace a box of each image by that of another, the share kept drawn from Beta(a, a) with this a (arXiv "
        "1905.04899); with mixup, each batch gets one of the two; 0: off",
        group="regularisation",
        low=0,
        high=10,
    )
    sam: float = setting(
        0.0,
        "radius of sharpness-aware minimisation (arXiv 2010.01412), such as 0.05; doubles the training time; 0: off",
        group="regularisation",
        low=0,
        high=5,
    )
    class_weights: bool = setting(
        False, "weight classes by 1/frequency: improves recall for disgust, costs accuracy", group="regularisation"
    )
    oversample: float = setting(
        0.0,
        "how strongly rare classes are drawn more often; 1: all classes equally often; 0: off",
        group="regularisation",
        low=0,
        high=1,
    )
    logit_adjustment: float = setting(
        0.0,
        "weight of the log class frequencies added to the logits in the loss only (arXiv 2007.07314), so that rare "
        "classes are predicted more often; 1: as if all classes were equally frequent; 0: off",
        group="regularisation",
        low=0,
        high=3,
    )
    ema: float = setting(
        0.999,
        "decay of the moving average of weights, which becomes the model; 0: off",
        group="optimisation",
        low=0,
        high=0.99999,
    )
    patience: int = setting(
        0,
        "stop after this many epochs without better validation accuracy; 0: never",
        group="optimisation",
        low=0,
        high=1000,
    )
    flip: bool = setting(True, "flip horizontally half of the time", group="augmentation")
    rotation: float = setting(12, "rotate by up to this many degrees", group="augmentation", low=0, high=180)
    scale: float = setting(0.2, "scale by up to this share", group="augmentation", low=0, high=0.9)
    shift: float = setting(
        5, "shift by up to this many pixels of a 48-pixel image", group="augmentation", low=0, high=24
    )
    light: float = setting(
        0.2, "vary contrast and brightness by up to this share", group="augmentation", low=0, high=0.9
    )
    blur: float = setting(
        0.0, "Gaussian blur of up to this many pixels, mostly less", group="augmentation", low=0, high=10
    )
    noise: float = setting(
        0.0, "add Gaussian noise of up to this many grey levels, mostly less", group="augmentation", low=0, high=127
    )
    erase: float = setting(
        0.5, "probability of blanking a box of 4 to 18 pixels (arXiv 1708.04896)", group="augmentation", low=0, high=1
    )
    jpeg: int = setting(
        0,
        "lowest quality when images are compressed as JPEG, mostly higher; 0: off",
        group="augmentation",
        low=0,
        high=95,
    )
    precision: str = setting(
        "auto",
        "auto: bfloat16 if the processor or GPU is faster with it, else float32",
        group="system",
        choices=("auto", "float32", "bfloat16"),
    )
    devices: str = setting(
        "one",
        "all: every batch is shared among all GPUs of this machine; only with KERAS_BACKEND=jax",
        group="system",
        choices=("one", "all"),
    )
    read_test: bool = setting(
        True,
        "evaluate on the test split at the end; turn off while choosing recipes, `python -m fer export` does it later",
        group="system",
    )
    seed: int = setting(0, "seed for weights, order and augmentation", group="system", low=0, high=2**31 - 1)

    def __post_init__(self):
        for item in fields(self):
            object.__setattr__(self, item.name, checked(item, getattr(self, item.name)))

    @classmethod
    def grouped(cls) -> dict[str, list[Field]]:
        """The fields by group, in the order of GROUPS."""
        return {group: [item for item in fields(cls) if item.metadata["group"] == group] for group in GROUPS}

    @property
    def teachers(self) -> list[str]:
        """The names in `teacher`, without duplicates."""
        return list(dict.fromkeys(name.strip() for name in self.teacher.split(",") if name.strip()))

    @property
    def small_epochs(self) -> int:
        """How many epochs, the first ones, are on shrunk images."""
        return round(self.small_first * self.epochs)

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2)

    @classmethod
    def from_json(cls, text: str | bytes) -> "TrainConfig":
        """Parse the output of `to_json`. Raises FerError for unknown fields or text that isn't a JSON object."""
        try:
            values = msgspec.json.decode(text)
        except (ValueError, RecursionError) as error:
            raise FerError(f"A training config must be valid JSON: {error}.") from error
        if not isinstance(values, dict):
            raise FerError(f"A training config must be a JSON object, got {type(values).__name__}.")
        if isinstance(values.get("ferplus"), bool):  # older runs have a flag instead of a share
            values["ferplus"] = float(values["ferplus"])
        if values.get("ferplus"):
            values.setdefault("ferplus_as", "votes")  # the only mode in older runs
        values.setdefault("split_seed", values.get("seed", 0))  # one seed for both in older runs
        names = [item.name for item in fields(cls)]
        for name in values:
            if name not in names:
                raise unknown("training setting", name, names)
        return cls(**values)
