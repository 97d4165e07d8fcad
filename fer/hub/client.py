"""The Hugging Face Hub's client, and its errors as sentences. It finds a token itself and never shows it."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

from fer.errors import MAX_TOLD, FerError, disk_error, extra, shortened

NEEDED = "The Hugging Face Hub"
MORE = " huggingface_hub"  # behind `pip install -r requirements.txt`, which does not bring it
REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
LOGIN = "run `hf auth login`, or set HF_TOKEN to a token from https://huggingface.co/settings/tokens"


def client():
    """The Hub's client, at HF_ENDPOINT if that is set."""
    with extra("hub", NEEDED, MORE):
        from huggingface_hub import HfApi
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # it announces every retry; the last failure is told
    return HfApi(library_name="facial-emotion-studio")


def check_name(repository: str) -> None:
    """Raise FerError for anything but the name of a repository, such as ada/smiles."""
    if not REPOSITORY.fullmatch(repository) or ".." in repository or "--" in repository:
        raise FerError(f"A model on the Hub is given as user/name, such as ada/smiles, got {repository!r}.")


def require_token() -> None:
    """Raise FerError if nobody is logged in."""
    with extra("hub", NEEDED, MORE):
        from huggingface_hub import get_token
    if not get_token():
        raise FerError(f"Pushing needs a login at Hugging Face: {LOGIN}.")


def check_card(readme: str) -> None:
    """Raise FerError if the Hub does not accept a model card, such as for a licence that it does not know.

    Args:
        readme: the README's text, with its metadata.
    """
    with extra("hub", NEEDED, MORE):
        from huggingface_hub import ModelCard
    try:
        ModelCard(readme).validate()
    except ValueError as error:
        raise FerError(
            f"The Hub does not accept the model card ({shortened(error)}). Licences that it knows are "
            "listed at https://huggingface.co/docs/hub/repositories-licenses, such as mit or cc-by-4.0."
        ) from error


@contextmanager
def explained(repository: str) -> Iterator[None]:
    """Turn the client's errors about a repository into a FerError with advice."""
    with extra("hub", NEEDED, MORE):
        from httpx2 import HTTPError
        from huggingface_hub import errors
    lost = (HTTPError, errors.LocalEntryNotFoundError, errors.OfflineModeIsEnabled, errors.FileMetadataError)
    try:
        yield
    except errors.GatedRepoError as error:
        raise FerError(
            f"{repository} is gated. Ask for access at https://huggingface.co/{repository}, then {LOGIN}."
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise FerError(
            f"There is no model {repository} on the Hub that you can reach. Check its name; if it is private, {LOGIN}."
        ) from error
    except errors.RevisionNotFoundError as error:
        raise FerError(f"{repository} has no such revision. Give a branch, a tag or a commit of it.") from error
    except errors.HfHubHTTPError as error:
        raise _refused(repository, error) from error
    except lost as error:
        raise _interrupted(error) from error
    except RuntimeError as error:  # an upload that failed, with its reason as the cause; or Xet's own
        if isinstance(error.__cause__, errors.HfHubHTTPError):
            raise _refused(repository, error.__cause__) from error
        raise _interrupted(error.__cause__ or error) from error
    except OSError as error:
        if known := disk_error(error):
            raise known from error
        raise _interrupted(error) from error  # fewer bytes than announced


def _refused(repository: str, error) -> FerError:
    status = error.response.status_code
    if status == 401:
        return FerError(f"The Hub does not accept your token; it may have expired. Make a new one, then {LOGIN}.")
    if status == 403:
        return FerError(
            f"Your token may not do that to {repository}. Check the user or organisation in its name, and {LOGIN} that "
            "may write."
        )
    if status == 409:
        return FerError(f"{repository} exists already. Choose another name, or add --update to replace its files.")
    if status >= 500:
        return FerError(f"The Hub has a problem of its own ({status}). Try again later.")
    return FerError(f"The Hub refused ({status}): {shortened(error.server_message or error)}")


def _interrupted(error: BaseException) -> FerError:
    why = " ".join(str(error).split())[:MAX_TOLD].rstrip(".") or type(error).__name__
    return FerError(
        f"The Hub cannot be reached, or the transfer was interrupted ({why}). Check the connection and run "
        "the command again; files that were complete are not transferred twice."
    )
