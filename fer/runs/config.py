"""How a network is trained: every setting with its default, help and limits, stated once."""

import json
from dataclasses import Field, asdict, dataclass, field, fields

from fer.errors import FerError, unknown

GROUPS = ("data", "network", "distillation", "optimisation", "regularisation", "augmentation", "system")


def setting(default, help: str, *, group: str, low=None, high=None, choices=None):
    """A TrainConfig field that knows its help, its limits (inclusive) and where it stands: one of GROUPS."""
    limits = {"low": low, "high": high, "choices": choices}
    return field(default=default, metadata={"help": help, "group": group, **limits})


@dataclass(frozen=True)
class TrainConfig:
    """One training recipe. The form, the command line and the documentation are made from these fields.

    The defaults are the recipe of the shipped `vgg_small`; `models/vgg_small/card.json` tells what it gave.

    Raises:
        FerError: for a value of the wrong type or outside its limits.
    """

    data: str = setting(
        "fer2013", "data set: a name in data/, 'synthetic', or a path to a file or folder", group="data"
    )
    classes: str = setting(
        "",
        "fewer classes than the data's: 'happy, not happy=angry+sad' keeps one, merges two and leaves out the rest; "
        "empty: all",
        group="data",
    )
    ferplus: float = setting(
        0.0,
        "share of each training target that FER+ votes give (fer2013new.csv beside the csv); the label gives the rest",
        group="data",
        low=0,
        high=1,
    )
    ferplus_as: str = setting(
        "labels",
        "what they give: the taggers' votes themselves, or how likely each of FER2013's labels is where they voted so",
        group="data",
        choices=("labels", "votes"),
    )
    architecture: str = setting("vgg_small", "network: the name of a file in fer/architectures/", group="network")
    start_from: str = setting(
        "",
        "run whose best weights to begin with (fine-tuning), but for its last layer where it answers other classes; "
        "empty: random weights",
        group="network",
    )
    imagenet: bool = setting(
        True,
        "a backbone from ImageNet begins with its weights: data/weights/NETWORK.weights.h5, else Keras's download",
        group="network",
    )
    frozen_epochs: int = setting(
        1,
        "epochs in which a backbone from ImageNet stands still and only what follows it learns",
        group="network",
        low=0,
        high=100,
    )
    backbone_rate: float = setting(
        0.1,
        "after them, how fast such a backbone learns as a share of the learning rate; sgd only",
        group="network",
        low=0,
        high=1,
    )
    teacher: str = setting(
        "",
        "runs whose mean answers to the training faces become soft targets (distillation, arXiv 1503.02531), commas "
        "between; empty: none",
        group="distillation",
    )
    teacher_share: float = setting(
        0.7, "share of each training target that the teachers' answers give", group="distillation", low=0, high=1
    )
    epochs: int = setting(60, "passes over the training split", group="optimisation", low=1, high=1000)
    batch_size: int = setting(
        96, "images a step; an odd number counts as one less", group="optimisation", low=2, high=4096
    )
    optimizer: str = setting(
        "sgd", "sgd (Nesterov momentum 0.9) or adamw", group="optimisation", choices=("sgd", "adamw")
    )
    learning_rate: float = setting(
        0.05, "highest learning rate; adamw wants about 0.001", group="optimisation", low=1e-6, high=10
    )
    schedule: str = setting(
        "cosine",
        "cosine to 0, or plateau: halved after 3 epochs without progress",
        group="optimisation",
        choices=("cosine", "plateau"),
    )
    warmup_epochs: float = setting(
        3, "epochs in which the rate climbs from 0 to the highest", group="optimisation", low=0, high=100
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
        0.0, "Beta(a, a) mixing of image pairs (arXiv 1710.09412); 0: off", group="regularisation", low=0, high=10
    )
    class_weights: bool = setting(
        False, "weigh classes by 1/frequency: helps disgust's recall, costs accuracy", group="regularisation"
    )
    ema: float = setting(
        0.999,
        "averaging of weights over steps; the average is what is kept; 0: off",
        group="optimisation",
        low=0,
        high=0.99999,
    )
    patience: int = setting(
        0,
        "stop after so many epochs without a better validation accuracy; 0: never",
        group="optimisation",
        low=0,
        high=1000,
    )
    flip: bool = setting(True, "mirror left-right half of the time", group="augmentation")
    rotation: float = setting(12, "turn by up to so many degrees", group="augmentation", low=0, high=180)
    scale: float = setting(0.2, "resize by up to this share", group="augmentation", low=0, high=0.9)
    shift: float = setting(5, "move by up to so many pixels of a 48-pixel image", group="augmentation", low=0, high=24)
    light: float = setting(
        0.2, "change contrast and brightness by up to this share", group="augmentation", low=0, high=0.9
    )
    blur: float = setting(
        0.0, "blur with a Gaussian of up to so many pixels, mostly of fewer", group="augmentation", low=0, high=10
    )
    noise: float = setting(
        0.0, "add Gaussian noise of up to so many grey levels, mostly of fewer", group="augmentation", low=0, high=127
    )
    erase: float = setting(
        0.5, "probability of blanking a box of 4 to 18 pixels (arXiv 1708.04896)", group="augmentation", low=0, high=1
    )
    precision: str = setting(
        "auto",
        "auto: bfloat16 where the processor or GPU is faster in it, else float32",
        group="system",
        choices=("auto", "float32", "bfloat16"),
    )
    read_test: bool = setting(
        True,
        "judge on the test split at the end; off while recipes are being chosen, `fer export` does it later",
        group="system",
    )
    seed: int = setting(
        0, "seed of weights, order, augmentation and carved splits", group="system", low=0, high=2**31 - 1
    )

    def __post_init__(self):
        for item in fields(self):
            object.__setattr__(self, item.name, _checked(item, getattr(self, item.name)))

    @classmethod
    def grouped(cls) -> dict[str, list[Field]]:
        """The fields by group, in the order of GROUPS."""
        return {group: [item for item in fields(cls) if item.metadata["group"] == group] for group in GROUPS}

    @property
    def teachers(self) -> list[str]:
        """The names in `teacher`, each once."""
        return list(dict.fromkeys(name.strip() for name in self.teacher.split(",") if name.strip()))

    def cautions(self, images: int) -> list[str]:
        """What is unwise together, in sentences; nothing of it is forbidden.

        Args:
            images: how many the training split holds.
        """
        told = {
            "A batch is larger than the training split; each epoch will be one step.": self.batch_size > images,
            "Class weights and mixup together: a mixed image has no class whose weight is right.": self.class_weights
            and self.mixup > 0,
            "FER+ votes are soft already; label smoothing makes them softer still.": self.ferplus > 0
            and self.label_smoothing > 0,
            "Teachers' answers are soft already; label smoothing makes them softer still.": self.teacher != ""
            and self.label_smoothing > 0,
            "The warm-up is as long as the training: the highest rate is hardly reached.": self.warmup_epochs
            >= self.epochs,
            "With this patience a training never stops early.": self.patience >= self.epochs,
            "AdamW above a rate of 0.01 seldom learns; 0.001 is usual.": self.optimizer == "adamw"
            and self.learning_rate > 0.01,
            "SGD below a rate of 0.001 learns very slowly; 0.05 is usual.": self.optimizer == "sgd"
            and self.learning_rate < 0.001,
            "Faces turned by more than 45 degrees are rare in photos.": self.rotation > 45,
        }
        return [sentence for sentence, holds in told.items() if holds]

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2)

    @classmethod
    def from_json(cls, text: str) -> "TrainConfig":
        """Read what `to_json` wrote. Raises FerError for unknown fields or text that is no JSON object."""
        try:
            values = json.loads(text)
        except json.JSONDecodeError as error:
            raise FerError(f"A training config must be JSON, but: {error}.") from error
        if not isinstance(values, dict):
            raise FerError(f"A training config must be a JSON object, got {type(values).__name__}.")
        if isinstance(values.get("ferplus"), bool):  # as runs have it that are older than shares
            values["ferplus"] = float(values["ferplus"])
        if values.get("ferplus"):
            values.setdefault("ferplus_as", "votes")  # all that older runs knew
        names = [item.name for item in fields(cls)]
        for name in values:
            if name not in names:
                raise unknown("training setting", name, names)
        return cls(**values)


def _checked(item, value):
    """The value as its field's type and within its limits, or a FerError that names the field."""
    limits = item.metadata
    if type(value) is not item.type and not (item.type is float and type(value) is int):
        raise FerError(f"{item.name} must be {item.type.__name__}, got {value!r}.")
    if limits["choices"] and value not in limits["choices"]:
        raise unknown(f"value for {item.name}", value, limits["choices"])
    low, high = limits["low"], limits["high"]
    if low is not None and not low <= value <= high:  # also refuses NaN
        raise FerError(f"{item.name} must be between {low} and {high}, got {value}.")
    return item.type(value)
