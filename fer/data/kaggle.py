"""Download data sets from Kaggle, and the FER+ votes from GitHub, into data/."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fer.data import catalog, folder_classes, kaggle_client
from fer.data.ferplus import read_votes
from fer.data.kaggle_client import TOKEN, short
from fer.errors import FerError, extra
from fer.system.files import put

NAME = "fer2013"  # the name in data/ of FER2013's csv
COMPETITION = "challenges-in-representation-learning-facial-expression-recognition-challenge"
RULES = f"https://www.kaggle.com/competitions/{COMPETITION}/rules"
VOTES = "https://raw.githubusercontent.com/microsoft/FERPlus/master/fer2013new.csv"
DOWNLOADING, READING = "downloading", "reading"  # phases
Progress = Callable[[str, int, int | None], None]
TIMEOUT = (5, 15)  # seconds to connect, and between received bytes
STEPS = (
    'open https://www.kaggle.com/settings, click "Generate New Token" and copy the token',
    f"accept the competition's rules at {RULES}",
    f'set the token as the environment variable {TOKEN}, or for the app as {TOKEN} = "..." in .streamlit/secrets.toml',
)
HANDLE = re.compile(
    r"(?:(?:https?://)?(?:www\.)?kaggle\.com/(?:datasets/)?)?(\w[\w-]*)/(\w[\w.-]*)/?(?:\?.*)?", re.ASCII
)
LONGEST_NAME = 64  # catalog.keep's limit


@dataclass(frozen=True)
class Source:
    """A data set on Kaggle.

    Attributes:
        handle: of a competition, or owner/name of a data set.
        name: its name in data/.
        summary: what it is and what it requires.
        file: the only file that is needed; empty for all of them, stored as one zip.
        is_competition: whether it belongs to a competition, for which Kaggle requires signing in.
    """

    handle: str
    name: str
    summary: str = ""
    file: str = ""
    is_competition: bool = False

    @property
    def page(self) -> str:
        """Its address."""
        where = f"competitions/{self.handle}/data" if self.is_competition else f"datasets/{self.handle}"
        return f"https://www.kaggle.com/{where}"

    @property
    def stored_as(self) -> str:
        """Its file in data/."""
        return f"{self.name}.csv" if self.file else f"{self.name}.zip"


def _copy(handle: str, summary: str) -> Source:
    return Source(handle, handle.replace("/", "-"), summary)


SOURCES = {
    "copy": Source("deadskull7/fer2013", NAME, "FER2013 as a csv, a public copy; no account needed", "fer2013.csv"),
    "competition": Source(
        COMPETITION,
        NAME,
        "FER2013 as a csv, the competition's own file; needs a Kaggle account",
        "icml_face_data.csv",
        is_competition=True,
    ),
}
SOURCES |= {
    copy.handle: copy
    for copy in (
        _copy("msambare/fer2013", "FER2013 as JPEGs in folders"),
        _copy("aadityasinghal/facial-expression-dataset", "FER2013 as images in folders"),
        _copy(
            "jonathanoheix/face-expression-recognition-dataset",
            "FER2013 as JPEGs in folders, with PublicTest and PrivateTest mixed as validation and no test split",
        ),
    )
}


def source(text: str) -> Source:
    """A source by its key in SOURCES, or a data set by its owner/name or its address.

    Raises:
        FerError: for any other text.
    """
    text = text.strip()
    if text in SOURCES:
        return SOURCES[text]
    match = HANDLE.fullmatch(text)
    if not match:
        raise FerError(
            f"A Kaggle data set is given by its owner and name, such as msambare/fer2013, got {text!r}. Copy both from "
            "the data set's address."
        )
    handle = f"{match[1]}/{match[2]}"
    known = {item.handle: item for item in SOURCES.values()}
    name = re.sub(r"[^A-Za-z0-9._-]", "-", handle).lstrip("_")[:LONGEST_NAME]
    return known.get(handle) or Source(handle, name or "kaggle")


def get_data(wanted: Source, *, mapping: str = "", on_progress: Progress = lambda phase, done, total: None) -> Path:
    """Download a data set, check it, and store it in data/; resumes an interrupted download.

    Args:
        mapping: a name in folder_classes.MAPPINGS, if somebody confirmed what its numbered class folders mean.
        on_progress: called with DOWNLOADING or READING, the bytes downloaded, and the total if known.

    Raises:
        FerError: if Kaggle is unreachable or denies access, if the name is taken, or if numbered class folders were not
            confirmed, with advice.
    """
    if wanted.name in catalog.available():
        raise FerError(f"A data set named {wanted.name} already exists. Delete it to download it again.")
    on_progress(DOWNLOADING, 0, None)
    path = _explained(wanted, partial(on_progress, DOWNLOADING))
    on_progress(READING, 0, None)
    fitting = {} if wanted.file or mapping else folder_classes.fitting(path)
    if fitting:  # before the download is thrown away: it need not be repeated to confirm a mapping
        raise FerError(
            f"The class folders of {wanted.handle} are named by numbers. Download it again with what they mean, which "
            f"takes only a moment: {folder_classes.choices()}."
        )
    try:
        with path.open("rb") as file:
            catalog.keep(wanted.name, Path(wanted.stored_as).suffix[1:], file, mapping=mapping)
    finally:
        shutil.rmtree(kaggle_client.cache())
    return catalog.find(wanted.name)


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
            f"The FER+ votes could not be downloaded: {short(error)} Try again, or save {VOTES} in data/."
        ) from error
    finally:
        fresh.unlink(missing_ok=True)
    return path


def _explained(wanted: Source, on_bytes: kaggle_client.OnBytes) -> Path:
    """Download, turning errors into a FerError with advice."""
    with extra("train", kaggle_client.NEEDED):
        import requests
        from kagglehub.exceptions import DataCorruptionError, UnauthenticatedError

    try:
        return kaggle_client.download(
            wanted.handle, wanted.file, is_competition=wanted.is_competition, on_bytes=on_bytes
        )
    except UnauthenticatedError:
        raise FerError(f"Kaggle requires you to sign in for this file: {_steps(wanted)}.") from None
    except requests.HTTPError as error:
        raise _refused(wanted, error.response.status_code if error.response is not None else None) from error
    except (requests.RequestException, DataCorruptionError) as error:
        raise FerError(
            f"The download was interrupted: {short(error)} Try again to resume it. {_by_hand(wanted)}"
        ) from error


def _refused(wanted: Source, status: int | None) -> FerError:
    expired = "If you set a token, it may have expired."
    if status in (401, 403) and wanted.is_competition:
        return FerError(f"Kaggle denied access ({status}): {_steps(wanted)}. {expired}")
    if status in (401, 403, 404) and not wanted.file:  # Kaggle also answers 403 for what doesn't exist
        return FerError(
            f"Kaggle has no public data set {wanted.handle} ({status}). Check its name at {wanted.page}; if it is "
            f"private or has terms to accept, {_steps(wanted)}. {expired}"
        )
    return FerError(f"Kaggle returned status {status} for {wanted.handle}. {_by_hand(wanted)}")


def _steps(wanted: Source) -> str:
    """How to sign in, in numbered steps."""
    accept = STEPS[1] if wanted.is_competition else f"accept the terms, if there are any, at {wanted.page}"
    return "; ".join(f"{number}. {step}" for number, step in enumerate((STEPS[0], accept, STEPS[2]), start=1))


def _by_hand(wanted: Source) -> str:
    what = wanted.file or "it"
    return f"Or download {what} from {wanted.page} and save it as data/{wanted.stored_as}."
