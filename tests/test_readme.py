"""The documentation's numbers are the stored reports' numbers, its commands exist, and its links lead somewhere."""

import doctest
import itertools
import re
import shlex
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from helpers.made_videos import video
from PIL import Image

from fer.cli.main import parser
from fer.data.dataset import SPLITS
from fer.evaluation import stored
from fer.evaluation.calibration import fit_temperature
from fer.evaluation.report import Report
from fer.runs import overview
from fer.runs.run import Run
from fer.runs.store import BUNDLED, FLAGSHIP, RunStore

ROOT = Path(__file__).parents[1]
FOLDERS = (ROOT, ROOT / "data", ROOT / "docs", ROOT / "models")
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for folder in FOLDERS
    for path in sorted(folder.glob("*.md"))
}
GENERATED = re.compile(r"<!-- python -m fer models --markdown -->.*?<!-- end of the table -->", re.DOTALL)
PROSE = {name: GENERATED.sub("", text) for name, text in PAGES.items()}
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"(?:python -m fer|fer) (?=[a-z-])")
SHIPPED = [run.id for run in RunStore(ROOT / "models") if run.is_shipped]
IN_README = ("flagship", "vgg_small", "vgg", "vgg_small_taught", "mini_xception")


def percent(share: float) -> str:
    return f"{100 * share:.1f}"


def with_interval(report: Report) -> str:
    low, high = map(percent, report.interval)
    return f"{percent(report.accuracy)}% ({low} to {high})"


def rows(page: str, heading: str) -> dict[str, list[str]]:
    """The cells of the first table below a heading, by the name in the first cell."""
    _, _, below = PAGES[page].partition(f"\n{heading}\n")
    table = re.search(r"(?:^\|.*\n)+", below, re.MULTILINE)[0].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    return {name.strip("`*"): rest for name, *rest in cells}


def commands(text: str) -> list[str]:
    """What calls the command line, in blocks of commands and in running text."""
    lines = [line for language, block in BLOCK.findall(text) if not language for line in block.splitlines()]
    written = [line.split("#")[0] for line in lines] + re.findall(r"`([^`\n]+)`", BLOCK.sub("", text))
    return [command for command in written if COMMAND.match(command)]


def anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", BLOCK.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def megabytes(run: Run) -> str:
    return f"{run.card.bytes / 1e6:.1f} MB" + (", not included" if run.is_without_weights else "")


def test_the_readme_is_short():
    assert len(PAGES["README.md"].splitlines()) <= 150


def test_the_readmes_table_holds_every_model_that_ships_with_weights():
    assert tuple(rows("README.md", "## Models")) == IN_README
    assert {name for name in SHIPPED if not RunStore()[name].is_without_weights} < set(IN_README)


@pytest.mark.parametrize("name", IN_README)
def test_every_number_in_the_readmes_table_is_the_stored_reports(name):
    run = RunStore()[name]
    single, augmented = (stored.report(run, "fer2013", "test", tta=tta) for tta in (False, True))
    assert rows("README.md", "## Models")[name] == [
        f"{run.card.parameters:,}",
        megabytes(run),
        with_interval(single),
        with_interval(single.leak_free),
        f"{single.macro_f1:.3f}",
        with_interval(augmented),
        with_interval(augmented.leak_free),
    ]
    assert (len(single), len(single.leak_free)) == (3589, 3301)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_experiments_say_of_a_shipped_model_what_its_reports_say(name):
    run, (_, _, val, test) = RunStore()[name], rows("docs/experiments.md", "## Recipes")[name]
    on_val, on_test = (stored.report(run, "fer2013", split) for split in ("val", "test"))
    assert val.startswith(f"**{percent(on_val.accuracy)}%** (") and f"{on_val.log_loss:.3f}" in val
    assert test == f"{percent(on_test.accuracy)}% / {percent(on_test.leak_free.accuracy)}%"
    macs, _, milliseconds = rows("docs/experiments.md", "## Speed")[name]
    assert (macs, milliseconds) == (f"{run.card.macs / 1e6:,.1f}", f"{run.card.ms:.2f}")


def test_the_experiments_name_the_thresholds_on_the_cards():
    stated = {name: cells[0] for name, cells in rows("docs/experiments.md", "## Not sure").items()}
    assert len(stated) == 3 and stated == {name: f"{RunStore()[name].card.threshold:.3f}" for name in stated}


@pytest.mark.parametrize("kind", ["float16", "int8", "onnx"])
def test_the_table_of_formats_says_what_the_cards_say(kind):
    stated = rows("docs/models.md", "## Export")[kind]
    for name, cell in zip(("flagship", "vgg_small", "vgg_small_taught", "mini_xception"), stated, strict=True):
        export = RunStore()[name].card.exports[kind]
        change = f"{100 * export.val_accuracy_change:+.2f}".replace("+0.00", "0.00")
        assert cell == f"{export.bytes / 1e6:.2f} MB, {change} points, {percent(export.same_answers)}%"


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_models_card_repeats_its_reports(name):
    run = RunStore()[name]
    for split, tta in itertools.product(SPLITS[1:], (False, True)):
        report: Report = stored.report(run, "fer2013", split, tta=tta)
        (stated,) = [score for score in run.card.scores if score.key == run.report_path("fer2013", split, tta=tta).stem]
        error = report.at_temperature(run.card.temperature_of(tta=tta)).calibration_error
        wanted = replace(report.score(), calibrated_error=error)
        assert run.card.score(split, tta=tta) == stated and len(report) == 3589 and report.tta == tta
        for key, value in asdict(wanted).items():  # processors differ in a logarithm's last bit
            assert getattr(stated, key) == pytest.approx(value, abs=1e-9), key
    judged = [report for report in stored.reports(run) if report[1] != "train"]  # on which it may be a teacher
    assert len(run.card.scores) == len(judged) == 4
    assert run.card.data.train == 28_709 and not run.card.data.carved


@pytest.mark.parametrize("tta", [False, True], ids=["single pass", "augmented"])
@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_models_temperature_is_the_best_on_val_without_copies_of_training_images(name, tta):
    run = RunStore()[name]
    val = stored.report(run, "fer2013", "val", tta=tta).leak_free
    assert run.card.temperature_of(tta=tta) == pytest.approx(fit_temperature(val.targets, val.probabilities), abs=1e-9)


def test_exactly_one_shipped_model_is_the_default():
    stated = [row["model"] for row in overview.rows(RunStore(BUNDLED), RunStore(BUNDLED).default_id)]
    states = re.findall(r"^\| `(\w+)` \| [^|]+ \| default \|", PAGES["models/README.md"], re.MULTILINE)
    assert states == [FLAGSHIP] and FLAGSHIP in SHIPPED and stated[0] == FLAGSHIP, "it is the most accurate, too"
    assert f"`{FLAGSHIP}` is the default." in PAGES["README.md"]


@pytest.mark.parametrize("page", PROSE)
def test_every_command_is_understood(page):
    for command in commands(PROSE[page]):
        name, *options = shlex.split(COMMAND.sub("", command, count=1))
        if options:
            parser().parse_args([name, *options])
        else:  # named in a sentence
            with pytest.raises(SystemExit) as end:
                parser().parse_args([name, "--help"])
            assert not end.value.code


def test_the_readme_shows_the_command_line():
    assert len(commands(PAGES["README.md"])) >= 6 and len(commands(PAGES["docs/command-line.md"])) >= 12


@pytest.mark.parametrize("page", [page for page in PAGES if "```python" in PAGES[page]])
def test_the_python_does_what_it_says(page, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pages").symlink_to(ROOT / "pages")
    with Image.open(ROOT / "pages/parts/samples/pair.jpg") as pair:
        video(tmp_path / "holiday.mp4", [np.asarray(pair.convert("RGB"))] * 15)  # 0.6 s
    blocks = [block for language, block in BLOCK.findall(PAGES[page]) if language == "python"]
    tests = [doctest.DocTestParser().get_doctest(block, {}, page, None, 0) for block in blocks]
    assert tests and all(test.examples for test in tests)
    for test in tests:
        assert doctest.DocTestRunner().run(test).failed == 0


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", PAGES[page]):
        if not target.startswith("https://"):
            file, _, anchor = target.partition("#")
            path = (ROOT / page).parent / file if file else ROOT / page
            assert path.exists(), target
            assert not anchor or anchor in anchors(path.read_text(encoding="utf-8")), target


@pytest.mark.parametrize("page", PROSE)
def test_a_percentage_has_no_space(page):
    assert re.findall(r"\d\s%", PROSE[page]) == []


def test_contributing_names_files_that_exist():
    text = PAGES["CONTRIBUTING.md"]
    named = set(re.findall(r"`((?:fer|pages|tests|benchmarks|experiments|docs)/[\w./-]+)`", text))
    assert len(named) > 50 and [path for path in sorted(named) if not (ROOT / path).exists()] == []
    wings = re.findall(r"^  (\w+)/ ", text.partition("fer/ ")[2].partition("experiments/")[0], re.MULTILINE)
    there = {path.name for path in (ROOT / "fer").iterdir() if path.is_dir() and not path.name.startswith("_")}
    assert set(wings) == there
