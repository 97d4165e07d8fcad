"""`python -m fer` as people call it."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from fer.cli.main import main
from fer.data.labels import EMOTIONS
from fer.evaluation.evaluate import evaluate
from fer.runs.config import TrainConfig
from fer.runs.state import Status
from fer.runs.store import BUNDLED, RunStore
from fer.tuning import processes

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "pages/parts/samples"


@pytest.fixture
def own_models(tmp_path, only_runs_in) -> RunStore:
    """A models folder of the test's own, with the light shipped model in it."""
    root = tmp_path / "models"
    shutil.copytree(BUNDLED / "mini_xception", root / "mini_xception")
    return only_runs_in(root)


@pytest.mark.parametrize(
    "command",
    ["", "data", "train", "predict", "evaluate", "report", "average", "export", "import", "push", "pull", "models"],
)
def test_help_reads_like_documentation(command, capsys):
    with pytest.raises(SystemExit, match="0"):
        main([*command.split(), "--help"])
    text = capsys.readouterr().out
    assert len(text) > 300 and "None" not in text


def test_the_help_of_train_lists_the_settings_by_their_groups(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["train", "--help"])
    augmentation, _, system = capsys.readouterr().out.partition("\naugmentation:")[2].partition("\nsystem:")
    assert "--rotation" in augmentation and "--seed" not in augmentation and "--seed" in system


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["predict", "x.jpg", "--model", "mini_xceptoin"], "Did you mean 'mini_xception'"),
        (["predict", "x.jpg", "--annotate", "x.mp4"], "--annotate requires exactly one video and nothing else"),
        (
            ["predict", "x.mp4", "y.mp4", "--annotate", "x.mp4"],
            "--annotate requires exactly one video and nothing else",
        ),
        (["predict", "x.jpg", "--csv", "no/such/x.csv"], "Cannot write no/such/x.csv"),
        (["predict", "x.jpg", "--detector", "yunit"], "Did you mean 'yunet'"),
        (["train", "--data", "synthetic", "--architecture", "vgg_smal"], "Did you mean 'vgg_small'"),
        (["train", "--data", "synthetik"], "Did you mean 'synthetic'"),
        (["train", "--data", "synthetic", "--epochs", "0"], "epochs must be between 1 and 1000, got 0"),
        (["train", "--resume", "mini_xception"], "finished"),
        (["train", "--resume", "mini_xception", "--epochs", "3"], "no other options"),
        (["train", "--resume", "mini_xception", "--recipe", "flagship"], "no other options"),
        (["train", "--recipe", "flagshop"], "Did you mean 'flagship'"),
        (["train", "--recipe", "quick-look", "--data", "synthetik"], "Did you mean 'synthetic'"),
        (["train", "--data", "synthetic", "--teacher", "mini_xceptoin"], "Did you mean 'mini_xception'"),
        (["train", "--data", "synthetic", "--ferplus", "0.5"], "Synthetic faces have no FER+ votes. Set ferplus to 0"),
        (["data", "nowhere"], "Unknown data set 'nowhere'"),
        (["models", "--default", "vgg"], "Unknown run 'vgg'"),
        (["export", "none"], "Unknown run 'none'"),
        (["export", "none", "--as", "int8"], "Unknown run 'none'"),
        (["import", "none.keras", "--labels", "a,b"], "none.keras is not a file"),
        (["report", "--model", "none", "--out", "x.html"], "Unknown run 'none'"),
        (
            ["report", "--split", "train", "--out", "x.html"],
            "mini_xception has no stored report on fer2013 train (single pass).",
        ),
        (
            ["report", "--data", "d", "--tta", "--out", "x.html"],
            "has no stored report on d test (test-time augmentation).",
        ),
        (
            ["report", "--data", "d", "--out", "x.html"],
            "Stored: fer2013 test (test-time augmentation), fer2013 test (s",
        ),
        (["report", "--out", "no/such/folder/x.html"], "Cannot write no/such/folder/x.html: its folder does not exist"),
        (["report", "--out", "."], "Cannot write .: it is a folder"),
    ],
)
def test_what_cannot_be_done_is_reported_in_one_line(arguments, message, own_models, capsys):
    assert main(arguments) == 1
    error = capsys.readouterr().err
    assert message in error and error.startswith("fer: ") and error.count("\n") == 1
    assert [run.id for run in own_models] == ["mini_xception"], "nothing is left behind"


@pytest.mark.parametrize(
    "arguments",
    [
        *(["predict", "x.jpg", "--model", "bare"], ["evaluate", "--data", "fer2013", "--model", "bare"]),
        *(["export", "bare"], ["export", "bare", "--as", "float16"], ["average", "bare", "mini_xception"]),
        ["models", "--default", "bare"],
    ],
    ids=" ".join,
)
def test_where_weights_do_not_ship_it_is_reported_how_to_train_them_again(arguments, bare, capfd):
    assert main(arguments) == 1
    wanted = (
        "fer: The weights of 'bare' are not included, only its reports and curves. Train it again: python -m fer train"
    )
    assert capfd.readouterr().err == f"{wanted} --recipe bare\n"


def test_the_stored_reports_of_a_run_without_weights_are_still_written_as_html(bare, tmp_path):
    assert main(["report", "--model", "bare", "--out", str(tmp_path / "x.html")]) == 0
    assert "bare on fer2013 PrivateTest, n = 3,589" in (tmp_path / "x.html").read_text(encoding="utf-8")


def test_data_prints_splits_and_faults(capsys, small_npz):
    assert main(["data", str(small_npz), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["splits"]["train"]["disgust"] == 5 and facts["faults"]["surplus duplicates"] == 0
    assert main(["data", str(small_npz)]) == 0
    assert " 35" in capsys.readouterr().out


def test_evaluate_prints_the_same_figures_as_its_json(capsys, small_npz):
    arguments = ["evaluate", "--data", str(small_npz), "--model", "mini_xception"]
    assert main([*arguments, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["n"] == 14 and sum(map(sum, facts["confusion"])) == 14
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert f"accuracy {facts['accuracy']:.1%}" in printed and f"{facts['per_class']['recall']['happy']:.3f}" in printed


def test_evaluate_on_drawn_faces_says_that_they_say_nothing_about_real_ones(capsys):
    assert main(["evaluate", "--data", "synthetic", "--split", "val", "--model", "mini_xception"]) == 0
    assert "say nothing about real faces" in capsys.readouterr().out


def test_evaluate_with_augmentation_gives_other_figures_and_says_so(capsys, dataset, small_npz):
    arguments = ["evaluate", "--data", str(small_npz), "--model", "mini_xception", "--split", "all"]
    facts = []
    for way in ([], ["--tta"]):
        assert main([*arguments, *way, "--json"]) == 0
        facts.append(json.loads(capsys.readouterr().out))
    plain, augmented = facts
    assert (plain["tta"], augmented["tta"]) == (False, True) and plain["log_loss"] != augmented["log_loss"]
    report = evaluate(RunStore()["mini_xception"], dataset, "all", tta=True)
    assert augmented["accuracy"] == report.accuracy and augmented["confusion"] == report.confusion.tolist()
    assert main([*arguments, "--tta"]) == 0
    assert "mini_xception on small, all split, n = 56, test-time augmentation" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "PrivateTest, n = 3,589, single pass"),
        (["--tta", "--split", "val"], "PublicTest, n = 3,589, test-time aug"),
    ],
)
def test_report_writes_a_stored_report_as_html(arguments, words, own_models, tmp_path, capsys):
    path = tmp_path / "report.html"
    assert main(["report", *arguments, "--out", str(path)]) == 0
    assert capsys.readouterr().out == f"Wrote {path}\n"
    text = path.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>") and f"mini_xception on fer2013 {words}" in text


def test_a_run_that_is_not_finished_has_no_report(own_models, tmp_path, capsys):
    own_models.create(TrainConfig(), "new")
    assert main(["report", "--model", "new", "--out", str(tmp_path / "x.html")]) == 1
    assert "Run 'new' has no card yet. Finish its training first." in capsys.readouterr().err


def test_a_stored_report_that_is_damaged_is_reported(own_models, tmp_path, capsys):
    own_models["mini_xception"].report_path("fer2013", "test").write_text('{"format": 1}')
    assert main(["report", "--out", str(tmp_path / "x.html")]) == 1
    assert "has format 1; this program reads 2. Evaluate again." in capsys.readouterr().err


def test_the_default_model_is_changed_by_one_command(own_models, capsys):
    shutil.copytree(own_models.root / "mini_xception", own_models.root / "another")
    assert own_models.default.id == "another" and main(["models", "--default", "mini_xception"]) == 0
    assert own_models.default.id == "mini_xception"
    assert capsys.readouterr().out == "mini_xception is now the default model.\n" and main(["models"]) == 0
    states = [line for line in capsys.readouterr().out.splitlines() if " default " in line]
    assert len(states) == 1 and states[0].startswith("mini_xception ")


def test_export_as_float16_reports_size_and_difference(own_models, small_npz, capsys):
    run = own_models["mini_xception"]
    (run.path / "config.json").write_text(TrainConfig(data=str(small_npz), architecture="mini_xception").to_json())
    assert main(["export", "mini_xception", "--as", "float16"]) == 0
    printed, record = capsys.readouterr().out, run.card.exports["float16"]
    assert printed.startswith(f"Wrote {run.path / 'model-float16.tflite'}: {record.bytes:,} bytes; accuracy ")
    assert "n = 7, +0.00 points compared with float32; 100.0% of the predictions on small val are the same" in printed


def test_export_in_several_formats_names_each_file(own_models, small_npz, capsys):
    run = own_models["mini_xception"]
    (run.path / "config.json").write_text(TrainConfig(data=str(small_npz), architecture="mini_xception").to_json())
    assert main(["export", "--as", "keras", "--as=float16", "mini_xception"]) == 0
    there, wrote = capsys.readouterr().out.splitlines()
    assert there.startswith(f"{run.model_path}: ") and wrote.startswith(f"Wrote {run.path / 'model-float16.tflite'}")


def test_a_training_stopped_by_sigterm_ends_cleanly_and_is_resumed_to_its_end(tmp_path):
    """The real processes, in a copy of the program so that the run lands in a models folder of its own."""
    shutil.copytree(ROOT / "fer", tmp_path / "fer")
    (tmp_path / "streamlit_app.py").touch()  # or it would be an installed package, whose runs go elsewhere
    start = [sys.executable, "-m", "fer", "train"]
    recipe = ["--recipe", "quick-look", "--data", "synthetic", "--epochs", "2", "--name", "stopped"]
    training = subprocess.Popen([*start, *recipe], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    run = RunStore(tmp_path / "models")
    while training.poll() is None and not (run.root / "stopped/checkpoint.npz").exists():
        time.sleep(0.1)
    training.send_signal(signal.SIGTERM)
    assert "--resume stopped" in training.communicate(timeout=60)[0] and training.returncode == 0
    assert run["stopped"].status.state == "stopped" and len(run["stopped"].history) == 1
    resumed = subprocess.run([*start, "--resume", "stopped"], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert resumed.returncode == 0, resumed.stderr
    assert run["stopped"].status.state == "finished" and len(run["stopped"].history) == 2
    assert "says nothing about real faces" in resumed.stdout


def test_a_damaged_run_does_not_hide_the_others(own_models, capsys):
    shutil.copytree(own_models.root / "mini_xception", own_models.root / "broken")
    (own_models.root / "broken/card.json").write_text("{")
    assert main(["models"]) == 0
    printed = capsys.readouterr().out
    assert "broken" in printed and "damaged" in printed and "mini_xception" in printed
    assert main(["predict", "x.jpg", "--model", "broken"]) == 1
    assert "card.json is damaged" in capsys.readouterr().err


def test_a_recipe_on_other_data_says_what_it_leaves_out(own_models, capsys, monkeypatch):
    monkeypatch.setattr("fer.training.worker.train", lambda run, **_: False)
    assert main(["train", "--recipe", "flagship", "--data", "synthetic", "--name", "x"]) == 0
    assert (
        "Training without the FER+ votes and the teachers of Flagship: they are for fer2013." in capsys.readouterr().out
    )
    assert (own_models["x"].config.ferplus, own_models["x"].config.teacher) == (0.0, "")


def test_a_second_import_waits_for_its_turn(own_models, capsys):
    network = str(own_models.root / "mini_xception/model.tflite")
    arguments = ["import", network, "--labels", ",".join(EMOTIONS), "--name", "second"]
    with FileLock(own_models.root / ".importing.lock"):
        assert main(arguments) == 1
    assert "Another import is running. Try again when it has ended." in capsys.readouterr().err
    assert not (own_models.root / "second").exists()


def test_the_speed_is_not_measured_beside_a_training(own_models, capsys):
    own_models.create(TrainConfig(data="synthetic"), "x").status = Status("queued")
    assert main(["measure"]) == 1
    assert "A run is training or queued, or a study is running, so the speed would be" in capsys.readouterr().err


def test_the_speed_is_not_measured_beside_a_study(own_models, capsys):
    with processes.at_work(own_models, "night"):
        assert main(["measure"]) == 1
    assert "a study is running, so the speed would be wrong" in capsys.readouterr().err
