"""The README of a run on the Hub, made from the run's card: metadata in YAML, then Markdown for people."""

from fer.errors import extra
from fer.evaluation.numbers import interval, with_interval
from fer.hub.client import MORE, NEEDED
from fer.inference.law import LAW
from fer.runs.card import Card, Score, way

TAGS = ["facial-emotion-recognition", "emotion-recognition", "litert"]
FER2013 = (
    "FER2013 (Goodfellow et al. 2013, [arXiv 1307.0414](https://arxiv.org/abs/1307.0414)) is for research use. No "
    "image of it is in this repository; `reports/` holds row numbers, labels and probabilities."
)
BODY = """
# {name}

{summary}

## Use

In a checkout of Facial Emotion Studio:

```
python -m fer pull {repository}
python -m fer predict photo.jpg --model {short}
```

`model.tflite` takes grey faces as uint8 (N, 48, 48, 1), 0 black to 255 white, for any N, and returns float32 logits
(N, {classes}) in this order: {labels}.{keras} Divide the logits by {temperature} before the softmax for calibrated
probabilities.

**Intended use**: research, teaching, and trying out what such models can and cannot do, with the consent of the people
shown. **Not intended**: decisions about anyone, surveillance, hiring, lie detection, medical use.

## Accuracy

{accuracy}

## Training data

{data}

## Limits

- The model names the expression that most people would have written beside a face. It does not know what a person
  feels.
- Faces unlike its training images (turned away, dark, masked, very young or old) are read less reliably. Nobody has
  measured how its accuracy differs between groups of people unless this page says so.
- The test split was made by the same people, in the same way, as the training split. Expect less on your own photos.

## Law

{law}

## Licence

The weights are under the licence `{licence}`. {source}
"""


def readme(card: Card, repository: str, *, licence: str, has_keras: bool) -> str:
    """The README's text.

    Args:
        licence: of the weights, as the Hub names it ("mit").
        has_keras: whether `model.keras` is in the repository.
    """
    with extra("hub", NEEDED, MORE):
        from huggingface_hub import ModelCardData

    short = repository.partition("/")[2]
    data = ModelCardData(
        license=licence,
        library_name="keras" if has_keras else "tflite",
        pipeline_tag="image-classification",
        tags=TAGS,
        datasets=[card.data.name],
        metrics=["accuracy"],
        model_name=short,
        eval_results=[result for score in card.scores for result in _results(score)],
    )
    return f"---\n{data.to_yaml()}\n---\n{_body(card, repository, short, licence, has_keras)}"


def _results(score: Score) -> list:
    """The accuracy as the Hub's records, over all images and leak-free; n and interval stand in the name."""
    with extra("hub", NEEDED, MORE):
        from huggingface_hub import EvalResult

    def result(which: str, value: float, bounds: tuple[float, float], n: int) -> EvalResult:
        name = f"accuracy, {which}{way(score.tta)}, {interval(*bounds)}, n = {n:,}"
        return EvalResult(
            task_type="image-classification",
            dataset_type=score.dataset,
            dataset_name=score.dataset,
            dataset_split=score.split,
            dataset_config=f"{which}{way(score.tta)}",
            metric_type="accuracy",
            metric_name=name,
            metric_value=round(value, 4),
        )

    results = [result("", score.accuracy, score.interval, score.n)]
    if score.has_leaks and score.leak_free_accuracy is not None and score.leak_free_interval:
        results.append(result("leak-free, ", score.leak_free_accuracy, score.leak_free_interval, score.leak_free_n))
    return results


def _body(card: Card, repository: str, short: str, licence: str, has_keras: bool) -> str:
    return BODY.format(
        name=short,
        repository=repository,
        short=short,
        summary=f"Reads {len(card.labels)} facial expressions ({', '.join(card.labels)}) in grey faces of 48 x 48 "
        f"pixels. Network: `{card.architecture}`, {card.parameters:,} parameters.",
        classes=len(card.labels),
        labels=", ".join(card.labels),
        keras=" `model.keras` is the same network in plain Keras." if has_keras else "",
        temperature=f"{card.temperature:.3f}" if card.temperature else "1 (never calibrated)",
        accuracy=_table(card),
        data=_data(card),
        law=LAW,
        licence=licence,
        source=FER2013 if "fer2013" in card.data.name else f"Check the terms of {card.data.name} as well.",
    )


def _table(card: Card) -> str:
    if not card.scores:
        return "Not evaluated."
    lines = ["| images | inference | n | accuracy | leak-free | macro F1 |", "|---|---|---|---|---|---|"]
    for score in card.scores:
        lines.append(
            f"| {score.dataset}, {score.split} | {way(score.tta)} | {score.n:,} | "
            f"{with_interval(score.accuracy, *score.interval)} | {_leak_free(score)} | {score.macro_f1:.3f} |"
        )
    drawn = "These are drawn faces: this says nothing about real ones.\n\n" if card.data.is_drawn else ""
    return (
        drawn
        + "\n".join(lines)
        + (
            "\n\nIntervals are 95% Wilson intervals. *Leak-free* leaves out the images that have an exact copy in the "
            "training split. Settings were chosen on val, which is therefore slightly optimistic."
        )
    )


def _leak_free(score: Score) -> str:
    if score.leak_free_accuracy is None or score.leak_free_interval is None:
        return "no image left"
    return f"{with_interval(score.leak_free_accuracy, *score.leak_free_interval)}, n = {score.leak_free_n:,}"


def _data(card: Card) -> str:
    if card.imported:
        return f"Imported from {card.imported.file}; how it was trained is not known for certain."
    splits = f"{card.data.train:,} images for training, {card.data.val:,} for validation, {card.data.test:,} for test"
    carved = f" ({' and '.join(card.data.carved)} split off from the training images)" if card.data.carved else ""
    votes = " Targets are partly the votes of FER+'s annotators." if card.data.ferplus else ""
    sources = [source.run for source in (*card.teachers, *card.average_of)]
    others = f" Made with {', '.join(sources)}." if sources else ""
    return f"{card.data.name}: {splits}{carved}.{votes}{others} The recipe is in `config.json`."
