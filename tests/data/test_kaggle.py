"""Downloads of FER2013 and the FER+ votes, from a local stand-in for Kaggle and GitHub."""

import errno
import json
import threading
import time

import kagglesdk.kaggle_env as kaggle_env
import numpy as np
import pandas as pd
import pytest
from helpers.kaggle_stand_in import LEAD, pointing_at

from fer.cli.main import main
from fer.data import catalog, download, kaggle
from fer.data.dataset import USAGE_CODES
from fer.data.ferplus import OTHERS
from fer.data.labels import EMOTIONS
from fer.errors import DISK_FULL, FerError

NAMES = {"angry": "anger", "happy": "happiness", "sad": "sadness"}


def votes_for(rows) -> bytes:
    usage = {code: name for name, code in USAGE_CODES.items()}
    table = pd.DataFrame({"Usage": [usage[code] for code in rows.usage.tolist()]})
    for i, emotion in enumerate((*EMOTIONS, *OTHERS)):
        table[NAMES.get(emotion, emotion)] = np.where(rows.labels == i, 10, 0)
    return table.to_csv(index=False).encode()


@pytest.fixture
def home(small_rows, write_csv, tmp_path, monkeypatch):
    """The stand-in server and an empty data/."""
    csv = write_csv(small_rows).read_bytes()
    files = {"fer2013.csv": csv, "icml_face_data.csv": csv, "fer2013new.csv": votes_for(small_rows)}
    with pointing_at(files, tmp_path, monkeypatch) as home:
        yield home


def test_the_public_copy_needs_no_account_and_matches_the_votes(home, small_rows, capsys):
    assert main(["download"]) == 0
    opened = catalog.open_dataset("fer2013", ferplus=1.0)
    assert opened.fingerprint == small_rows.fingerprint
    assert [authorization for _, authorization, _ in home.asked] == [None] * len(home.asked)
    assert capsys.readouterr().out.count("Saved ") == 2
    assert not (catalog.DATA / ".kaggle").exists()


def test_existing_files_are_not_downloaded_again(home, capsys):
    main(["download"])
    asked = len(home.asked)
    capsys.readouterr()
    assert main(["download"]) == 0
    assert len(home.asked) == asked and "fer2013 is in data/ already" in capsys.readouterr().out


def test_the_votes_can_be_skipped_and_downloaded_later(home):
    main(["download", "--no-votes"])
    assert not (catalog.DATA / "fer2013new.csv").exists()
    main(["download"])
    assert (catalog.DATA / "fer2013new.csv").is_file()


def test_the_competition_requires_a_token_and_accepts_a_valid_one(home, monkeypatch, small_rows):
    with pytest.raises(
        FerError, match=r"requires you to sign in for this file: 1\. open https://www\.kaggle\.com/settings"
    ):
        kaggle.get_data(kaggle.source("competition"))
    monkeypatch.setenv(kaggle.TOKEN, "bad")
    with pytest.raises(FerError, match=r"Kaggle denied access \(403\).*accept the competition's rules at https"):
        kaggle.get_data(kaggle.source("competition"))
    assert catalog.available() == []
    monkeypatch.setenv(kaggle.TOKEN, "good")
    kaggle.get_data(kaggle.source("competition"))
    assert catalog.open_dataset("fer2013").fingerprint == small_rows.fingerprint


def test_an_interrupted_download_can_be_resumed(home, small_rows):
    home.broken = 1000
    with pytest.raises(FerError, match=r"The download was interrupted: .* Try again to resume it"):
        kaggle.get_data(kaggle.source("copy"))
    assert catalog.available() == []
    begun = catalog.DATA / ".kaggle/datasets/deadskull7/fer2013/versions/1/fer2013.csv"
    begun.write_bytes(home.files["fer2013.csv"][:5000])  # kagglehub writes a megabyte at a time
    home.broken = None
    kaggle.get_data(kaggle.source("copy"))
    assert home.asked[-1][2] == "bytes=5000-"
    assert catalog.open_dataset("fer2013").fingerprint == small_rows.fingerprint


def test_a_file_that_is_not_a_data_set_is_not_stored(home):
    home.files["fer2013.csv"] = b"<html>Sign in</html>"
    with pytest.raises(FerError, match="has no column emotion"):
        kaggle.get_data(kaggle.source("copy"))
    assert catalog.available() == []


def test_a_missing_file_and_an_unreachable_server_are_reported(home, monkeypatch):
    del home.files["fer2013.csv"]
    with pytest.raises(
        FerError, match=r"Kaggle returned status 404 .*Or download fer2013\.csv from https://www\.kaggle\.com/datasets/"
    ):
        kaggle.get_data(kaggle.source("copy"))
    monkeypatch.setitem(kaggle_env._env_to_endpoint, kaggle_env.KaggleEnv.PROD, "http://127.0.0.1:9")
    with pytest.raises(FerError, match="the connection failed or was lost"):
        kaggle.get_data(kaggle.source("copy"))


def test_an_existing_data_set_is_not_overwritten(home):
    kaggle.get_data(kaggle.source("copy"))
    with pytest.raises(FerError, match="A data set named fer2013 already exists"):
        kaggle.get_data(kaggle.source("copy"))


@pytest.mark.parametrize("content", [None, b"Usage\nTraining\n"])
def test_unavailable_or_mismatched_votes_are_reported_and_not_stored(home, content):
    kaggle.get_data(kaggle.source("copy"))
    home.files["fer2013new.csv"] = content
    with pytest.raises(FerError, match=r"could not be downloaded|has no columns"):
        kaggle.get_votes()
    assert sorted(path.name for path in catalog.DATA.glob("*new*")) == []


def wait_until_ended() -> download.Download:
    while download.latest().is_running:
        time.sleep(0.1)
    return download.latest()


@pytest.fixture
def led(home, monkeypatch, tmp_path):
    """The stand-in server, used by child processes too."""
    (tmp_path / "lead").mkdir()
    (tmp_path / "lead/sitecustomize.py").write_text(LEAD)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "lead"))
    monkeypatch.setenv("STAND_IN", home.address)
    return home


def test_a_background_process_downloads_and_reports_progress(led):
    assert download.latest() is None
    download.start("copy", votes=True)
    with pytest.raises(FerError, match="A download is already running"):
        download.start("copy", votes=True)
    last = wait_until_ended()
    assert (last.phase, last.error, last.kept) == (download.DONE, "", ("fer2013.csv", "fer2013new.csv"))
    assert catalog.available() == ["fer2013"]


def test_a_paused_download_reports_its_phase_and_bytes(led):
    led.pause = threading.Event()
    download.start("copy", votes=False)
    while not (last := download.latest()).total:
        assert last.is_running and last.phase in (download.STARTING, kaggle.DOWNLOADING)
        time.sleep(0.05)
    assert (last.phase, last.done, last.total) == (kaggle.DOWNLOADING, 0, len(led.files["fer2013.csv"]))
    led.pause.set()
    assert wait_until_ended().kept == ("fer2013.csv",)


def test_progress_reports_the_bytes_and_then_the_reading_phase(home, monkeypatch):
    monkeypatch.setattr("kagglehub.clients.CHUNK_SIZE", 10_000)
    reports, size = [], len(home.files["fer2013.csv"])
    kaggle.get_data(kaggle.source("copy"), on_progress=lambda *facts: reports.append(facts))
    first, *downloading, last = reports
    assert (first, last) == ((kaggle.DOWNLOADING, 0, None), (kaggle.READING, 0, None))
    assert {(phase, total) for phase, _, total in downloading} == {(kaggle.DOWNLOADING, size)}
    done = [done for _, done, _ in downloading]
    assert done == [*range(0, size, 10_000), size]


def test_state_is_written_immediately_in_a_new_phase_and_otherwise_at_most_twice_a_second(home, monkeypatch):
    now, state = [100.0], download._State()
    monkeypatch.setattr(download.time, "monotonic", lambda: now[0])

    def written(*facts) -> tuple:
        state.report(*facts)
        last = download.latest()
        return last.phase, last.done, last.speed

    assert written(kaggle.DOWNLOADING, 1000, 9000) == (kaggle.DOWNLOADING, 1000, 0.0)
    now[0] += 0.4
    assert written(kaggle.DOWNLOADING, 2000, 9000) == (kaggle.DOWNLOADING, 1000, 0.0)
    now[0] += 1.6
    assert written(kaggle.DOWNLOADING, 7000, 9000) == (kaggle.DOWNLOADING, 7000, 3000.0)
    assert written(kaggle.READING) == (kaggle.READING, 0, 0.0)


def test_a_download_whose_process_died_can_be_resumed(home):
    download._State().report(kaggle.DOWNLOADING, 5, 10)
    assert download.latest().is_running
    known = json.loads((catalog.DATA / ".download.json").read_text())
    (catalog.DATA / ".download.json").write_text(json.dumps(known | {"created": 0}))
    last = download.latest()
    assert (last.is_running, last.phase) == (False, download.FAILED) and "Start it again to resume" in last.error


def test_a_second_download_is_refused_while_one_is_running(led):
    led.pause = threading.Event()
    download.start("copy", votes=False)
    assert main(["download"]) == 1
    assert download.latest().is_running
    led.pause.set()
    assert not wait_until_ended().error


def test_a_full_disk_is_reported(home, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(kaggle, "get_data", full)
    assert main(["download"]) == 1
    assert download.latest().error == DISK_FULL


def test_an_error_in_the_background_process_is_reported(led):
    download.start("competition", votes=False, token="bad")
    last = wait_until_ended()
    assert last.phase == download.FAILED and last.error.startswith("Kaggle denied access (403)")


def test_a_cancelled_download_keeps_only_the_partial_file(led):
    led.pause = threading.Event()
    download.start("copy", votes=False)
    while not any("fer2013.csv" in path for path, _, _ in led.asked):
        time.sleep(0.05)
    download.cancel()
    led.pause.set()
    assert download.latest() is None and catalog.available() == []
