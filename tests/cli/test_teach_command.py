"""`python -m fer teach` as people call it."""

import pytest
from PIL import Image

from fer.cli.main import main
from fer.data.formats import synthetic
from fer.runs.store import RunStore


@pytest.fixture
def folder(tmp_path):
    """Two classes of six drawn faces, in three takes each."""
    images, labels = synthetic.draw(6, seed=3)
    for name, label in (("smile", 3), ("asleep", 6)):
        (tmp_path / "faces" / name).mkdir(parents=True)
        for i, image in enumerate(images[labels == label]):
            Image.fromarray(image).save(tmp_path / "faces" / name / f"{'abc'[i // 2]}_{i}.png")
    return tmp_path / "faces"


def test_a_folder_becomes_a_model_and_its_accuracy_is_told_with_its_interval(folder, models, capsys):
    assert main(["teach", str(folder), "--on", "vgg_small", "--name", "mine", "--detector", "whole"]) == 0
    printed = capsys.readouterr().out
    assert (
        "smile: 6 faces, 3 takes" in printed
        and "cross-validated over 6 takes" in printed
        and "95% interval " in printed
    )
    run = RunStore()["mine"]
    assert run.labels == ("asleep", "smile") and run.card.score("val").n == 12
    assert main(["predict", str(folder / "smile/a_0.png"), "--model", "mine", "--detector", "whole"]) == 0
    assert "smile" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("single", "told"),
    [
        (["asleep"], "accuracy unknown: asleep needs a second take\n"),
        (["asleep", "smile"], "accuracy unknown: asleep and smile need a second take each\n"),
    ],
)
def test_classes_with_a_single_take_are_named(folder, models, single, told, capsys):
    for name in single:
        for path in sorted((folder / name).iterdir()):
            path.rename(path.with_name(f"a_{path.stem[2:]}.png"))
    assert main(["teach", str(folder), "--on", "vgg_small", "--name", "mine", "--detector", "whole"]) == 0
    printed = capsys.readouterr().out
    assert told in printed and "asleep: 6 faces, 1 take\n" in printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--on", "vgg_smal"], "Did you mean 'vgg_small'?"),
        (["--on", "vgg_small", "--name", "vgg_small"], "already exists"),
    ],
)
def test_what_cannot_be_taught_is_reported_in_one_line(folder, models, arguments, message, capsys):
    assert main(["teach", str(folder), "--name", "mine", "--detector", "whole", *arguments]) == 1
    assert message in capsys.readouterr().err


def test_a_folder_that_is_none_is_reported(models, tmp_path, capsys):
    assert main(["teach", str(tmp_path / "none"), "--on", "vgg_small", "--name", "mine"]) == 1
    assert "is not a folder" in capsys.readouterr().err
