"""Runs to the Hugging Face Hub and back."""

from fer.cli import command, finished, print_scores, quiet_stderr, with_weights
from fer.hub.checked import has_keras
from fer.runs.importing import only_import
from fer.runs.store import RunStore


def add_to(add) -> None:
    _add_push(add)
    _add_pull(add)


def _add_push(add) -> None:
    parser = command(
        add,
        "push",
        push,
        "push a run to the Hugging Face Hub, with a model card",
        "Push a finished run's recipe, card, history, reports and networks to a repository on the Hugging Face Hub,\n"
        "with a README made from its card. Notes, logs and checkpoints stay here. Log in with `hf auth login`, or set\n"
        "HF_TOKEN.",
        "example:\n  python -m fer push my_vgg ada/smiles --private",
    )
    parser.add_argument("run_id", metavar="RUN", help="name of a run in models/")
    parser.add_argument("repository", metavar="USER/NAME", help="the repository, which is made")
    parser.add_argument("--private", action="store_true", help="nobody else can see the new repository")
    parser.add_argument("--update", action="store_true", help="replace the files of a repository that exists")
    parser.add_argument(
        "--license", dest="licence", default="mit", help="of the weights, as the Hub names it (default: mit)"
    )


def _add_pull(add) -> None:
    parser = command(
        add,
        "pull",
        pull,
        "pull a run from the Hugging Face Hub",
        "Pull a run that was pushed with `python -m fer push`. Its files are checked like an import's: .keras files\n"
        "open in Keras's safe mode, nothing is unpickled, and files that do not belong together are refused. Run the\n"
        "command again after an interruption: complete files are not transferred twice.",
        "example:\n  python -m fer pull ada/smiles --name smiles",
    )
    parser.add_argument("repository", metavar="USER/NAME", help="the repository")
    parser.add_argument("--name", help="name of the run (default: the repository's)")
    parser.add_argument("--revision", help="a branch, a tag or a commit (default: the newest)")


def push(run_id: str, repository: str, private: bool, update: bool, licence: str) -> None:
    from fer.hub import push as pushing

    run = with_weights(finished(RunStore()[run_id]))
    address = pushing.push(run, repository, private=private, update=update, licence=licence)
    print(f"Pushed {run.id} to {address}")


def pull(repository: str, name: str | None, revision: str | None) -> None:
    from fer.hub import pull as pulling

    with only_import(RunStore()):
        pulled = pulling.download(repository, name=name, revision=revision)
        with quiet_stderr():
            run = pulling.keep(pulled)
    print_scores(run)
    without = "" if has_keras() else " Without its model.keras, which only Keras can check (extra `train`)."
    print(f"Pulled {run.path}, with the classes {', '.join(run.labels)}.{without}")
