"""Download FER2013 from Kaggle and the FER+ votes from GitHub into data/."""

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fer.data import catalog
from fer.data.ferplus import read_votes
from fer.errors import FerError, extra
from fer.system.files import put

NAME = "fer2013"  # its name in data/
COMPETITION = "challenges-in-representation-learning-facial-expression-recognition-challenge"
RULES = f"https://www.kaggle.com/competitions/{COMPETITION}/rules"
VOTES = "https://raw.githubusercontent.com/microsoft/FERPlus/master/fer2013new.csv"
TOKEN = "KAGGLE_API_TOKEN"  # kagglehub reads it from the environment
DOWNLOADING, READING = "downloading", "reading"  # phases
Progress = Callable[[str, int, int | None], None]
TIMEOUT = (5, 15)  # seconds to connect, and between received bytes
STEPS = (
    'open https://www.kaggle.com/settings, click "Generate New Token" and copy the token',
    f"accept the competition's rules at {RULES}",
    f'set the token as the environment variable {TOKEN}, or as {TOKEN} = "..." in .streamlit/secrets.toml',
)


@dataclass(frozen=True)
class Source:
    """A Kaggle download that contains FER2013 as one csv.

    Attributes:
        handle: of a competition, or owner/name of a data set.
        file: the csv in it.
        summary: what it is and what it requires.
        needs_token: whether Kaggle requires signing in.
    """

    handle: str
    file: str
    summary: str
    needs_token: bool

    def download(self) -> Path:
        with extra("train", "FER2013's download"):
            import kagglehub

        get = kagglehub.competition_download if self.needs_token else kagglehub.dataset_download
        return Path(get(self.handle, path=self.file))


SOURCES = {
    "copy": Source("deadskull7/fer2013", "fer2013.csv", "A public copy; no account needed", needs_token=False),
    "competition": Source(
        COMPETITION, "icml_face_data.csv", "The competition's own file; needs a Kaggle account", needs_token=True
    ),
}


def get_faces(source: str, *, on_progress: Progress = lambda phase, done, total: None) -> Path:
    """Download FER2013, check it, and store it as data/fer2013.csv; resumes an interrupted download.

    kagglehub shows its progress bar on stderr and looks for a token itself, including in ~/.kaggle.

    Args:
        source: a key of SOURCES.
        on_progress: called with DOWNLOADING or READING, the bytes downloaded, and the total if known.

    Raises:
        FerError: if Kaggle is unreachable or denies access, or if the name is taken, with advice.
    """
    if NAME in catalog.available():
        raise FerError(f"A data set named {NAME} already exists. Delete it to download it again.")
    cache = catalog.DATA / ".kaggle"
    os.environ["KAGGLEHUB_CACHE"] = str(cache)
    logging.getLogger("kagglehub").setLevel(logging.WARNING)  # its progress bar is enough
    on_progress(DOWNLOADING, 0, None)
    with _counting(partial(on_progress, DOWNLOADING)):
        path = _explained(SOURCES[source].download, SOURCES[source])
    on_progress(READING, 0, None)
    try:
        with path.open("rb") as file:
            catalog.keep(NAME, "csv", file)
    finally:
        shutil.rmtree(cache)
    return catalog.find(NAME)


def get_votes() -> Path:
    """Download the FER+ votes and store them next to data/fer2013.csv, if they match it.

    Raises:
        FerError: if they cannot be downloaded or don't match the data set's images.
    """
    with extra("train", "FER+'s download"):
        import requests

    rows, _, source = catalog.open_rows(NAME)
    path = catalog.ferplus_path(source)
    fresh = path.with_name(f".{path.name}")
    try:
        response = requests.get(VOTES, timeout=TIMEOUT)
        response.raise_for_status()
        fresh.write_bytes(response.content)
        read_votes(fresh, rows)
        put(fresh, path)
    except requests.RequestException as error:
        raise FerError(
            f"The FER+ votes could not be downloaded: {_short(error)} Try again, or save {VOTES} in data/."
        ) from error
    finally:
        fresh.unlink(missing_ok=True)
    return path


@contextmanager
def _counting(on_bytes: Callable[[int, int | None], None]) -> Iterator[None]:
    """Report the bytes that kagglehub has downloaded, which it only shows on its progress bar."""
    with extra("train", "Downloading from Kaggle"):
        from kagglehub import clients

    class Bar(clients.tqdm):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            on_bytes(self.n, self.total)

        def update(self, n: float | None = 1) -> bool | None:
            drawn = super().update(n)
            on_bytes(self.n, self.total)
            return drawn

    original, clients.tqdm = clients.tqdm, Bar
    try:
        yield
    finally:
        clients.tqdm = original


def _explained(download: Callable[[], Path], source: Source) -> Path:
    """Run a download, turning its errors into a FerError with advice."""
    with extra("train", "FER2013's download"):
        import requests
        from kagglehub.exceptions import DataCorruptionError, UnauthenticatedError

    steps = "; ".join(f"{number}. {step}" for number, step in enumerate(STEPS, start=1))
    try:
        return download()
    except UnauthenticatedError:
        raise FerError(f"Kaggle requires you to sign in for this file: {steps}.") from None
    except requests.HTTPError as error:
        status = error.response.status_code if error.response is not None else None
        if status in (401, 403):
            raise FerError(
                f"Kaggle denied access ({status}): {steps}. If you set a token, it may have expired."
            ) from error
        raise FerError(f"Kaggle returned status {status} for {source.handle}. {_by_hand(source)}") from error
    except (requests.RequestException, DataCorruptionError) as error:
        raise FerError(
            f"The download was interrupted: {_short(error)} Try again to resume it. {_by_hand(source)}"
        ) from error


def _by_hand(source: Source) -> str:
    where = f"competitions/{source.handle}/data" if source.needs_token else f"datasets/{source.handle}"
    return f"Or download {source.file} from https://www.kaggle.com/{where} and save it as data/{NAME}.csv."


def _short(error: Exception) -> str:
    with extra("train", "FER2013's download"):
        import requests

    if isinstance(error, requests.ConnectionError):
        return "the connection failed or was lost."
    if isinstance(error, requests.Timeout):
        return "the server did not respond in time."
    return f"{str(error).splitlines()[0]}."
