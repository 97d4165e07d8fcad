"""Pulls a run from the Hugging Face Hub: chosen files only, checked like an import before the run gets its name."""

import shutil
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from fer.errors import FerError
from fer.evaluation.stored import REPORT_NAME
from fer.hub import client
from fer.hub.checked import check, has_keras
from fer.hub.push import AS_THEY_ARE, MODELS
from fer.runs.card import Imported
from fer.runs.run import CARD, CONFIG, Run
from fer.runs.state import Status
from fer.runs.store import RunStore, slug
from fer.system.archives import leads_out
from fer.system.files import MOST_BYTES, put
from fer.system.text import now

PULLED = ".pulled"  # the folder beside the runs for transfers that go on after an interruption
NEEDED = (CONFIG, CARD, "model.tflite")
WANTED = {CONFIG, CARD, *AS_THEY_ARE}
REPORTS = 200  # reports of one run; the shipped ones have five at most
MOST_MODEL_BYTES = 512 * 2**20  # as for imports


@dataclass(frozen=True)
class Pulled:
    """Downloaded files, not checked yet: their folder, where they are from, and the run that they are to be."""

    folder: Path
    origin: str
    run: Run


def download(repository: str, *, name: str | None = None, revision: str | None = None) -> Pulled:
    """Download what a run consists of, and nothing else, into a hidden folder beside the runs.

    Args:
        repository: user/name.
        name: of the run (default: the repository's).
        revision: a branch, a tag or a commit (default: the newest).

    Raises:
        FerError: if the name is taken, for what the Hub or the network refuses, and for a repository that is no run.
    """
    client.check_name(repository)
    store = RunStore()
    run = store.new(slug(repository.partition("/")[2]) if name is None else name)
    folder = store.root / PULLED / repository.replace("/", "--")
    api = client.client()
    with client.explained(repository):
        info = api.model_info(repository, revision=revision, files_metadata=True)
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or []}
    names = chosen(repository, sizes)
    folder.mkdir(parents=True, exist_ok=True)
    _make_room(repository, sum(sizes[name] for name in names), folder)
    with client.explained(repository):
        for file in names:
            api.hf_hub_download(repository, file, revision=info.sha, local_dir=folder)
    _tidy(folder, names)
    return Pulled(folder, f"{repository}, commit {(info.sha or '')[:12]}", run)


def keep(pulled: Pulled) -> Run:
    """The run of downloaded files. The files are gone afterwards, whatever happens.

    Raises:
        FerError: for files that are damaged, unsafe, or do not belong together.
    """
    downloaded = Run(pulled.folder)
    try:
        check(downloaded, pulled.origin)
        digest = sha256(downloaded.tflite_path.read_bytes()).hexdigest()
        imported = Imported(pulled.origin, digest, now())
        downloaded.card = replace(downloaded.card, shipped=False, exports={}, imported=imported)
        downloaded.status = Status("finished", f"Pulled from the Hugging Face Hub: {pulled.origin}.")
        put(pulled.folder, pulled.run.path)
    finally:
        shutil.rmtree(pulled.folder, ignore_errors=True)
    return pulled.run


def _tidy(folder: Path, names: list[str]) -> None:
    """Remove the client's notes, and what an interrupted pull of another commit has left."""
    shutil.rmtree(folder / ".cache", ignore_errors=True)
    for path in folder.rglob("*"):
        if path.is_file() and path.relative_to(folder).as_posix() not in names:
            path.unlink()


def chosen(repository: str, sizes: dict[str, int]) -> list[str]:
    """The files of a run among those of a repository; its README and all others are left there.

    Args:
        sizes: in bytes, by path.

    Raises:
        FerError: for a path that leads out of the folder, a file that is too large, or if one is missing.
    """
    for path in sizes:
        if leads_out(path) or "\0" in path:
            raise FerError(f"{repository} contains {path!r}, which points outside its folder. Don't trust it.")
    reports = [path for path in sizes if path.startswith("reports/") and REPORT_NAME.fullmatch(path[8:])]
    reports = sorted(path for path in reports if "/" not in path[8:])[:REPORTS]
    names = sorted(WANTED & sizes.keys()) + reports
    if missing := [name for name in NEEDED if name not in names]:
        raise FerError(f"{repository} is not a run of this project: it has no {missing[0]}.")
    for name in names:
        limit = MOST_MODEL_BYTES if name in MODELS else MOST_BYTES
        if sizes[name] > limit:
            raise FerError(f"{name} in {repository} has {sizes[name]:,} bytes; the limit is {limit:,}.")
    return [name for name in names if name != "model.keras" or has_keras()]


def _make_room(repository: str, size: int, folder: Path) -> None:
    """Raise FerError if the disk has too little space, before anything is transferred."""
    if (free := shutil.disk_usage(folder).free) < size:
        raise FerError(f"{repository} has {size / 1e6:,.0f} MB, but only {free / 1e6:,.0f} MB are free on the disk.")
