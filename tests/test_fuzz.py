"""Every reader of files from outside answers or refuses; benchmarks/fuzz.py does the same with thousands of files."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from helpers.fuzzed import changed, outcome, readers
from helpers.mutated_files import complete
from hypothesis import HealthCheck, Phase, given, settings

from fer.runs.store import BUNDLED, RunStore

NAMES = (
    *("config.json", "card.json", "status.json", "progress.json", "labels.json", "history.jsonl", "robustness.json"),
    *("reports/fer2013-val.json", "csv", "npz", "zip", "votes", "photo", "photo zip", "video", "checkpoint"),
)


@pytest.fixture(scope="module")
def every(tmp_path_factory):
    """All readers, with whole files to begin from."""
    store = RunStore(tmp_path_factory.mktemp("models"), shipped=BUNDLED)
    run = store.writable(store["mini_xception"])
    complete(run)
    return readers(run)


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_file_is_answered_or_refused(name, every):
    assert every.keys() == set(NAMES)
    reader, whole = every[name]

    @settings(
        max_examples=25,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(changed(whole))
    def check(content: bytes) -> None:
        with TemporaryDirectory() as folder:
            assert outcome(reader, Path(folder), content) in ("answered", "refused")

    check()
    with TemporaryDirectory() as folder:
        assert {outcome(reader, Path(folder), content) for content in whole} == {"answered"}
