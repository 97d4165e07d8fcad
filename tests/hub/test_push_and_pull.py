"""A run goes to the Hub and comes back, against a stand-in that speaks the Hub's protocol."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest
from helpers.hub_stand_in import COMMIT, TOKEN
from helpers.shipped import ROOT
from huggingface_hub import ModelCard, constants

from fer.cli.main import main
from fer.errors import FerError
from fer.hub.pull import download, keep
from fer.hub.push import push
from fer.inference.classifier import Classifier
from fer.runs.damage import damage
from fer.runs.store import BUNDLED, RunStore
from fer.training.imported.litert_file import probes

REPOSITORY = "ada/smiles"


@pytest.fixture
def pushed(hub, trained_run):
    push(trained_run, REPOSITORY)
    return hub


def test_a_run_that_was_pushed_and_pulled_answers_as_before(pushed, trained_run, mine):
    run = keep(download(REPOSITORY))
    assert run.path == mine.root / "smiles" and run.state == "finished" and not damage(run)
    assert run.history == trained_run.history and run.labels == trained_run.labels
    assert (Classifier(run).probabilities(probes()) == Classifier(trained_run).probabilities(probes())).all()
    assert run.card.scores == trained_run.card.scores and not run.is_shipped
    assert run.card.imported.file == f"ada/smiles, commit {COMMIT[:12]}"
    assert not list((mine.root / ".pulled").iterdir())
    assert sorted(path.name for path in run.path.iterdir()) == sorted(
        ["config.json", "card.json", "history.jsonl", "model.keras", "model.tflite", "reports", "status.json"]
    )


def test_only_what_others_may_have_is_pushed(pushed, trained_run):
    files = pushed.repositories[REPOSITORY]
    assert {"README.md", "config.json", "card.json", "history.jsonl", "model.keras", "model.tflite"} <= files.keys()
    assert not {"log.txt", "status.json", "checkpoint.npz", "events.tfevents", "note.txt"} & files.keys()
    assert (trained_run.path / "status.json").exists() and os.path.isabs(trained_run.config.data)
    text = b"".join(files[name] for name in ("config.json", "card.json", "README.md", "history.jsonl"))
    assert os.path.dirname(trained_run.config.data).encode() not in text and TOKEN.encode() not in text


def test_the_readme_states_what_the_card_states(hub):
    run = RunStore(BUNDLED)["mini_xception"]
    push(run, REPOSITORY, private=True, licence="cc-by-4.0")
    card = ModelCard(hub.repositories[REPOSITORY]["README.md"].decode())
    score = run.card.score("test")
    results = {(r.dataset_config, r.dataset_split): r for r in card.data.eval_results}
    assert REPOSITORY in hub.private
    assert (card.data.license, card.data.model_name, card.data.datasets) == ("cc-by-4.0", "smiles", ["fer2013"])
    assert len(results) == 8 and results["single pass", "test"].metric_value == round(score.accuracy, 4)
    assert results["leak-free, single pass", "test"].metric_name == (
        "accuracy, leak-free, single pass, 95% interval 64.3% to 67.5%, n = 3,301"
    )
    assert (
        "| fer2013, test | single pass | 3,589 | 67.3% (95% interval 65.7% to 68.8%) | "
        "65.9% (95% interval 64.3% to 67.5%)" in card.text
    )
    for said in ("Regulation (EU) 2024/1689", "Not intended", "research use", "28,709 images", "does not know what a"):
        assert said in card.text


def test_an_update_replaces_files_and_a_second_push_without_it_is_refused(pushed, trained_run):
    with pytest.raises(FerError, match=r"ada/smiles exists already. Choose another name, or add --update"):
        push(trained_run, REPOSITORY)
    before = len(pushed.stored)
    pushed.repositories[REPOSITORY]["README.md"] = b"old"
    push(trained_run, REPOSITORY, update=True)
    assert pushed.repositories[REPOSITORY]["README.md"] != b"old" and len(pushed.stored) == before


@pytest.mark.parametrize(
    ("repository", "token", "message"),
    [
        ("smiles", TOKEN, "given as user/name, such as ada/smiles, got 'smiles'"),
        ("../smiles", TOKEN, "given as user/name"),
        ("bob/smiles", TOKEN, "Your token may not do that to bob/smiles. Check the user or organisation"),
        ("ada/smiles", "", "Pushing needs a login at Hugging Face: run `hf auth login`, or set HF_TOKEN"),
        ("ada/smiles", "hf_old", "The Hub does not accept your token; it may have expired"),
    ],
)
def test_a_push_that_is_refused_says_why(hub, trained_run, monkeypatch, repository, token, message):
    monkeypatch.setenv("HF_TOKEN", token)
    with pytest.raises(FerError, match=message) as error:
        push(trained_run, repository)
    assert not hub.repositories and (not token or token not in str(error.value))


def test_an_unknown_licence_is_refused_before_there_is_a_repository(hub, trained_run):
    with pytest.raises(FerError, match=r"does not accept the model card .*must be one of .*such as mit or cc-by-4.0"):
        push(trained_run, REPOSITORY, licence="do what you like")
    assert not hub.repositories and not hub.stored


def test_runs_without_weights_of_their_own_are_not_pushed(hub, trained_run, mine):
    with pytest.raises(FerError, match="vgg"):
        push(RunStore(BUNDLED)["vgg"], REPOSITORY)
    ensemble = mine.create(trained_run.config, "both")
    source = RunStore(BUNDLED)["vgg_small_taught"].card.teachers[0]
    ensemble.card = replace(trained_run.card, members=(source, source))
    with pytest.raises(FerError, match=r"both is an ensemble without weights of its own. Push its members."):
        push(ensemble, REPOSITORY)
    assert not hub.asked


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda hub: hub.repositories.clear(), "There is no model ada/smiles on the Hub that you can reach"),
        (
            lambda hub: hub.gated.add(REPOSITORY),
            "ada/smiles is gated. Ask for access at https://huggingface.co/ada/smiles",
        ),
        (lambda hub: setattr(hub, "fails", "/api/models"), r"The Hub has a problem of its own \(500\)"),
        (
            lambda hub: hub.repositories[REPOSITORY].pop("card.json"),
            "is not a run of this project: it has no card.json",
        ),
    ],
)
def test_a_pull_that_is_refused_says_why(pushed, mine, prepare, message):
    prepare(pushed)
    with pytest.raises(FerError, match=message):
        download(REPOSITORY)
    assert list(mine) == []


def test_a_private_repository_needs_the_login(pushed, mine, monkeypatch):
    pushed.private.add(REPOSITORY)
    assert download(REPOSITORY).folder.is_dir()
    monkeypatch.setenv("HF_TOKEN", "hf_other")
    with pytest.raises(FerError, match=r"There is no model ada/smiles on the Hub that you can reach.*`hf auth login`"):
        download(REPOSITORY)


def test_a_name_that_is_taken_and_an_unknown_revision_are_refused(pushed, mine, trained_run):
    mine.create(trained_run.config, "smiles")
    with pytest.raises(FerError, match=r"A run named 'smiles' already exists. Choose another name"):
        download(REPOSITORY)
    with pytest.raises(FerError, match="ada/smiles has no such revision"):
        download(REPOSITORY, name="other", revision="v9")
    assert keep(download(REPOSITORY, name="other", revision=COMMIT)).id == "other"


def test_a_connection_that_breaks_goes_on_where_it_was(pushed, mine, monkeypatch):
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 500)  # what is written at a time, else 10 MB
    pushed.broken["model.tflite"] = 1000
    run = keep(download(REPOSITORY))
    assert [asked for asked in pushed.asked if asked[2]] == [
        ("GET", f"/ada/smiles/resolve/{COMMIT}/model.tflite", "bytes=1000-")
    ]
    assert run.tflite_path.read_bytes() == pushed.repositories[REPOSITORY]["model.tflite"]


def test_a_pull_that_was_interrupted_does_not_fetch_complete_files_again(pushed, mine):
    pushed.fails, pushed.status = f"resolve/{COMMIT}/model.tflite", 410
    with pytest.raises(FerError, match=r"the transfer was interrupted .* run the command again"):
        download(REPOSITORY)
    pushed.fails, pushed.asked[:] = "", []
    assert keep(download(REPOSITORY)).is_usable
    fetched = [path.rpartition("/")[2] for method, path, _ in pushed.asked if method == "GET" and "resolve" in path]
    assert fetched[0] == "model.tflite" and not {"config.json", "card.json", "model.keras"} & set(fetched)


def test_without_a_network_the_command_says_so_in_one_line(tmp_path):
    environment = {**os.environ, "HF_ENDPOINT": "http://127.0.0.1:9", "FER_MODELS": str(tmp_path), "HF_TOKEN": TOKEN}
    command = [sys.executable, "-m", "fer", "pull", REPOSITORY]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1
    assert "The Hub cannot be reached, or the transfer was interrupted (" in done.stderr and TOKEN not in done.stderr


def test_the_commands_push_and_pull(hub, mine, trained_run, capsys):
    mine.root.mkdir(exist_ok=True)
    (mine.root / "trained").symlink_to(trained_run.path)
    assert main(["push", "trained", REPOSITORY]) == 0
    assert capsys.readouterr().out.endswith(f"Pushed trained to {hub.address}/ada/smiles\n")
    assert main(["pull", REPOSITORY, "--name", "back"]) == 0
    assert f"Pulled {mine.root / 'back'}, with the classes angry, disgust" in capsys.readouterr().out
