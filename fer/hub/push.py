"""Pushes a finished run to the Hugging Face Hub, in one commit: either all of it is there, or nothing has changed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from fer.errors import FerError, extra
from fer.evaluation import stored
from fer.hub import client, model_card
from fer.runs.card import Card, Source
from fer.runs.members import require_networks
from fer.runs.run import CARD, CONFIG, HISTORY, ROBUSTNESS, Run

README = "README.md"
MODELS = ("model.keras", "model.tflite")
AS_THEY_ARE = (HISTORY, ROBUSTNESS, *MODELS)  # the note, the log and checkpoints stay here


def push(run: Run, repository: str, *, private: bool = False, update: bool = False, licence: str = "mit") -> str:
    """Push a run's files and a README made from its card. Returns the repository's address.

    Args:
        repository: user/name; it is made.
        private: whether others are kept from seeing it; of a new repository only.
        update: replace the files of a repository that exists.
        licence: of the weights, as the Hub names it.

    Raises:
        FerError: for an unfinished run or an ensemble, without a login, and for what the Hub or the network refuses,
            such as an unknown licence.
    """
    client.check_name(repository)
    content = files(run, repository, licence=licence)
    client.require_token()
    api = client.client()
    with extra("hub", client.NEEDED, client.MORE):
        from huggingface_hub import CommitOperationAdd
    with client.explained(repository):
        client.check_card(str(content[README]))  # before there is an empty repository
        url = api.create_repo(repository, private=private or None, exist_ok=update)
        operations = [CommitOperationAdd(name, _plain(source)) for name, source in content.items()]
        api.create_commit(repository, operations, commit_message=f"Push {run.id}")
    return str(url)


def files(run: Run, repository: str, *, licence: str) -> dict[str, str | Path]:
    """What is pushed: by name, a text or the path of a file that is pushed as it is.

    Raises:
        FerError: if the run is not finished or has no weights of its own.
    """
    card = run.card
    if card.members:
        raise FerError(f"{run.id} is an ensemble without weights of its own. Push its members.")
    require_networks([run])
    if not run.is_usable:
        raise FerError(f"{run.id} has no model.tflite, so it cannot be pushed. Finish its training, or export it.")
    reports = [run.report_path(dataset, split, tta=tta) for dataset, split, tta in stored.reports(run)]
    found: dict[str, str | Path] = {name: run.path / name for name in AS_THEY_ARE if (run.path / name).is_file()}
    found |= {f"reports/{path.name}": path for path in reports}
    found[CONFIG] = replace(run.config, data=card.data.name).to_json()
    found[CARD] = _public(card).to_json()
    found[README] = model_card.readme(card, repository, licence=licence, has_keras=run.model_path.is_file())
    return found


def _public(card: Card) -> Card:
    """The card without what only this machine knows: the paths of data sets, and which files it exported."""
    kept: dict[str, Any] = {
        name: tuple(_without_path(source, card) for source in getattr(card, name))
        for name in ("teachers", "average_of")
    }
    source = card.started_from and _without_path(card.started_from, card)
    return replace(card, **kept, started_from=source, exports={}, shipped=False)


def _without_path(source: Source, card: Card) -> Source:
    return replace(source, config=source.config | {"data": card.data.name})


def _plain(source: str | Path) -> bytes | Path:
    return source.encode() if isinstance(source, str) else source
