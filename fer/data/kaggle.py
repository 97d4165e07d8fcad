"""FER2013 from Kaggle, and the FER+ votes from their public home, into data/."""

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

NAME = "fer2013"  # what it is called in data/
COMPETITION = "challenges-in-representation-learning-facial-expression-recognition-challenge"
RULES = f"https://www.kaggle.com/competitions/{COMPETITION}/rules"
VOTES = "https://raw.githubusercontent.com/microsoft/FERPlus/master/fer2013new.csv"
TOKEN = "KAGGLE_API_TOKEN"  # kagglehub reads it from the environment
DOWNLOADING, READING = "downloading", "reading"  # phases
Progress = Callable[[str, int, int | None], None]
TIMEOUT = (5, 15)  # seconds to connect, and between two answers
STEPS = (
    'open https://www.kaggle.com/settings, click "Generate New Token" and copy the token',
    f"accept the competition's rules at {RULES}",
    f'give the token as the environment variable {TOKEN}, or {TOKEN} = "..." in .streamlit/secrets.toml',
)


@dataclass(frozen=True)
class Source:
    """A place on Kaggle that holds FER2013 as one csv.

    Attributes:
        handle: a competition's, or owner/name of a data set.
        file: the csv in it.
        summary: what it is and what it asks for.
        needs_token: whether Kaggle gives it only to those who have signed in.
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
    """Download FER2013, read it once, and keep it as data/fer2013.csv; goes on where an earlier download broke off.

    kagglehub draws its progress bar on stderr, and finds a token by itself, also in ~/.kaggle.

    Args:
        source: a key of SOURCES.
        on_progress: called with DOWNLOADING or READING, bytes that are here, and bytes in all where that is known.

    Raises:
        FerError: with what to do, where Kaggle cannot be reached or refuses, or where the name is taken.
    """
    if NAME in catalog.available():
        raise FerError(f"There is a data set named {NAME} already. Delete it to download it again.")
    cache = catalog.DATA / ".kaggle"
    os.environ["KAGGLEHUB_CACHE"] = str(cache)
    logging.getLogger("kagglehub").setLevel(logging.WARNING)  # its bar is enough
    on_progress(DOWNLOADING, 0, None)
    with _counting(partial(on_progress, DOWNLOADING)):
        path = _told(SOURCES[source].download, SOURCES[source])
    on_progress(READING, 0, None)
    try:
        with path.open("rb") as file:
            catalog.keep(NAME, "csv", file)
    finally:
        shutil.rmtree(cache)
    return catalog.find(NAME)


def get_votes() -> Path:
    """Download the FER+ votes and keep them beside data/fer2013.csv, if they fit it.

    Raises:
        FerError: where their home cannot be reached, or they are not the votes on the data set's images.
    """
    with extra("train", "FER+'s download"):
        import requests

    rows, _, source = catalog.open_rows(NAME)
    path = catalog.ferplus_path(source)
    fresh = path.with_name(f".{path.name}")
    try:
        answer = requests.get(VOTES, timeout=TIMEOUT)
        answer.raise_for_status()
        fresh.write_bytes(answer.content)
        read_votes(fresh, rows)
        fresh.replace(path)
    except requests.RequestException as error:
        raise FerError(
            f"The FER+ votes could not be fetched: {_short(error)} Try again, or put {VOTES} into data/."
        ) from error
    finally:
        fresh.unlink(missing_ok=True)
    return path


@contextmanager
def _counting(on_bytes: Callable[[int, int | None], None]) -> Iterator[None]:
    """Be told of the bytes that kagglehub has, which it tells to nobody but its progress bar."""
    from kagglehub import clients

    class Bar(clients.tqdm):
        def __init__(self, *given, **named):
            super().__init__(*given, **named)
            on_bytes(self.n, self.total)

        def update(self, n: float | None = 1) -> bool | None:
            drawn = super().update(n)
            on_bytes(self.n, self.total)
            return drawn

    plain, clients.tqdm = clients.tqdm, Bar
    try:
        yield
    finally:
        clients.tqdm = plain


def _told(download: Callable[[], Path], source: Source) -> Path:
    """What a download gives, or a FerError that says what to do."""
    with extra("train", "FER2013's download"):
        import requests
        from kagglehub.exceptions import DataCorruptionError, UnauthenticatedError

    steps = "; ".join(f"{number}. {step}" for number, step in enumerate(STEPS, start=1))
    try:
        return download()
    except UnauthenticatedError:
        raise FerError(f"Kaggle gives this file only to those who have signed in: {steps}.") from None
    except requests.HTTPError as error:
        status = error.response.status_code if error.response is not None else None
        if status in (401, 403):
            raise FerError(f"Kaggle refused ({status}). {steps}. A token that was given may have expired.") from error
        raise FerError(f"Kaggle answered {status} for {source.handle}. {_by_hand(source)}") from error
    except (requests.RequestException, DataCorruptionError) as error:
        raise FerError(
            f"The download broke off: {_short(error)} Try again, it goes on where it stopped. {_by_hand(source)}"
        ) from error


def _by_hand(source: Source) -> str:
    where = f"competitions/{source.handle}/data" if source.needs_token else f"datasets/{source.handle}"
    return f"Or get {source.file} by hand from https://www.kaggle.com/{where} and put it at data/{NAME}.csv."


def _short(error: Exception) -> str:
    with extra("train", "FER2013's download"):
        import requests

    if isinstance(error, requests.ConnectionError):
        return "no connection could be made or it was lost."
    if isinstance(error, requests.Timeout):
        return "there was no answer for a while."
    return f"{str(error).splitlines()[0]}."
