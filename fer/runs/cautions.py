"""Unwise but allowed combinations of training settings, as sentences."""

from fer.architectures import ARCHITECTURES
from fer.runs.config import TrainConfig


def cautions(config: TrainConfig, images: int) -> list[str]:
    """Warnings, as sentences.

    Args:
        images: number of training images.
    """
    warnings = {
        "The batch is larger than the training split; each epoch will be a single step.": config.batch_size > images,
        "Class weights don't work well with mixup: a mixed image has no single class.": config.class_weights
        and config.mixup > 0,
        "Class weights don't work well with cutmix: a mixed image has no single class.": config.class_weights
        and config.cutmix > 0,
        "Class weights, oversampling and logit adjustment all favour rare classes; one of them is usually enough.": (
            config.class_weights + (config.oversample > 0) + (config.logit_adjustment > 0) > 1
        ),
        "FER+ votes are already soft; label smoothing makes them even softer.": config.ferplus > 0
        and config.label_smoothing > 0,
        "Teachers' predictions are already soft; label smoothing makes them even softer.": config.teacher != ""
        and config.label_smoothing > 0,
        "The warm-up lasts the whole training, so the learning rate never stays at its peak.": config.warmup_epochs
        >= config.epochs,
        "With this patience, training never stops early.": config.patience >= config.epochs,
        "While images are shrunk, the validation accuracy stays low, and this patience may run out.": 0
        < config.patience
        < config.small_epochs,
        "In a trial on shrunk images, an ImageNet backbone unlearned its features.": config.small_first > 0
        and config.imagenet
        and bool(ARCHITECTURES[config.architecture].imagenet),
        "AdamW rarely learns at rates above 0.01; 0.001 is typical.": config.optimizer == "adamw"
        and config.learning_rate > 0.01,
        "SGD learns very slowly at rates below 0.001; 0.05 is typical.": config.optimizer == "sgd"
        and config.learning_rate < 0.001,
        "Faces rotated by more than 45 degrees are rare in photos.": config.rotation > 45,
    }
    return [sentence for sentence, applies in warnings.items() if applies]
