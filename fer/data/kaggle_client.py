"""Download with kagglehub into data/.kaggle: with progress, a size limit, and errors that say what to do."""

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fer.data import catalog
from fer.errors import FerError, extra
from fer.system.archives import MOST_BYTES

ARCHIVE = "archive.zip"
TOKEN = "KAGGLE_API_TOKEN"  # kagglehub reads it from the environment
NEEDED = "Downloading from Kaggle"
OnBytes = Callable[[int, int | None], None]


def cache() -> Path:
    """Where a download is until it is stored: interrupted ones, and those that were refused, go on from there."""
    return catalog.DATA / ".kaggle"


def download(handle: str, file: str, *, is_competition: bool, on_bytes: OnBytes) -> Path:
    """Download one file, or a whole data set as one zip, which is not unpacked; resumes an interrupted download.

    kagglehub shows its progress bar on stderr and looks for a token itself, including in ~/.kaggle.

    Args:
        handle: of a competition, or owner/name of a data set.
        file: in it; empty for all of it.
        on_bytes: called with the bytes downloaded, and the total if known.

    Raises:
        FerError: for more than MOST_BYTES. Otherwise requests' and kagglehub's errors.
    """
    with extra("train", NEEDED):
        import kagglehub

    os.environ["KAGGLEHUB_CACHE"] = str(cache())
    logging.getLogger("kagglehub").setLevel(logging.WARNING)  # its progress bar is enough
    get = kagglehub.competition_download if is_competition else kagglehub.dataset_download
    with _counting(handle, on_bytes), _packed():
        path = Path(get(handle, path=file or None))
    return path if file else path / ARCHIVE


@contextmanager
def _counting(handle: str, on_bytes: OnBytes) -> Iterator[None]:
    """Report the bytes that kagglehub has downloaded, which it only shows on its progress bar, and limit them."""
    with extra("train", NEEDED):
        from kagglehub import clients

    class Bar(clients.tqdm):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self._report()

        def update(self, n: float | None = 1) -> bool | None:
            drawn = super().update(n)
            self._report()
            return drawn

        def _report(self) -> None:
            if max(self.n, self.total or 0) > MOST_BYTES:
                raise FerError(
                    f"{handle} has {max(self.n, self.total or 0):,} bytes; the limit is {MOST_BYTES:,}. Download it "
                    "yourself, and unpack it as a folder in data/."
                )
            on_bytes(self.n, self.total)

    original, clients.tqdm = clients.tqdm, Bar
    try:
        yield
    finally:
        clients.tqdm = original


@contextmanager
def _packed() -> Iterator[None]:
    """Have kagglehub keep a data set's zip. It would unpack it without any limit; fer/system/archives.py has some."""
    with extra("train", NEEDED):
        from kagglehub import http_resolver

    def keep(archive: str, folder: str) -> None:
        os.makedirs(folder, exist_ok=True)
        shutil.copyfile(archive, Path(folder) / ARCHIVE)

    original, http_resolver._extract_archive = http_resolver._extract_archive, keep
    try:
        yield
    finally:
        http_resolver._extract_archive = original


def short(error: Exception) -> str:
    """Why a connection failed, in a sentence."""
    with extra("train", NEEDED):
        import requests

    if isinstance(error, requests.ConnectionError):
        return "the connection failed or was lost."
    if isinstance(error, requests.Timeout):
        return "the server did not respond in time."
    return f"{str(error).splitlines()[0]}."
