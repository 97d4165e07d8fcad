"""The README's numbers are the stored reports' numbers, and its commands exist."""

import doctest
import itertools
import re
import shlex
from pathlib import Path

import pytest

from fer.cli.main import parser
from fer.data.dataset import SPLITS
from fer.evaluation import stored
from fer.evaluation.calibration import fit_temperature
from fer.evaluation.report import Report
from fer.runs.store import RunStore

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
SHIPPED = [run.id for run in RunStore(ROOT / "models") if run.is_shipped]


def percent(share: float) -> str:
    return f"{100 * share:.1f}"


@pytest.mark.parametrize("name", SHIPPED)
def test_the_table_of_models_says_what_the_reports_say(name):
    report = stored.report(RunStore()[name], "fer2013", "test")
    row = next(line for line in README.splitlines() if line.startswith("| ") and f"`{name}`" in line)
    for part in (report, report.leak_free):
        low, high = map(percent, part.interval)
        assert f"{percent(part.accuracy)} % ({low} to {high})" in row
    assert f"{report.macro_f1:.3f}" in row


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_models_card_repeats_its_reports(name):
    run = RunStore()[name]
    for split, tta in itertools.product(SPLITS[1:], (False, True)):
        report: Report = stored.report(run, "fer2013", split, tta=tta)
        told, wanted = run.card["scores"][run.report_path("fer2013", split, tta=tta).stem], report.summary()
        wanted["calibrated_error"] = report.at_temperature(run.temperature(tta=tta)).calibration_error
        assert told.keys() == wanted.keys() and len(report) == 3589 and report.tta == tta
        for key, value in wanted.items():
            assert told[key] == pytest.approx(value, abs=1e-9), key  # processors differ in a logarithm's last bit
    judged = [report for report in stored.reports(run) if report[1] != "train"]  # on which it may be a teacher
    assert len(run.card["scores"]) == len(judged) == 4
    assert run.card["data"]["train"] == 28_709 and not run.card["data"]["carved"]


@pytest.mark.parametrize("tta", [False, True], ids=["single pass", "augmented"])
@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_models_temperature_is_the_best_on_val_without_copies_of_training_images(name, tta):
    run = RunStore()[name]
    val = stored.report(run, "fer2013", "val", tta=tta).leak_free
    assert run.temperature(tta=tta) == pytest.approx(fit_temperature(val.targets, val.probabilities), abs=1e-9)


def test_exactly_one_shipped_model_is_the_default():
    assert [RunStore()[name].card["default"] for name in SHIPPED].count(True) == 1


def test_every_command_in_the_readme_is_understood():
    blocks = "".join(block for language, block in BLOCKS if not language)
    commands = [line.split("#")[0] for line in blocks.splitlines() if line.startswith("python -m fer")]
    assert len(commands) >= 6
    for command in commands:
        parser().parse_args(shlex.split(command)[3:])


def test_the_python_in_the_readme_does_what_it_says(monkeypatch):
    monkeypatch.chdir(ROOT)
    tests = [
        doctest.DocTestParser().get_doctest(block, {}, "README", None, 0) for language, block in BLOCKS if language
    ]
    assert tests and all(test.examples for test in tests)
    for test in tests:
        assert doctest.DocTestRunner().run(test).failed == 0
