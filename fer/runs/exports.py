"""Whether a run can be exported in another format here, told before anybody tries."""

from importlib.util import find_spec

from fer.data import catalog
from fer.errors import FerError
from fer.runs.members import require_networks
from fer.runs.run import Run
from fer.runs.taught import missing_source

TRAINING_PACKAGES = ("keras", "tensorflow")
ONNX_PACKAGES = ("onnx", "tf2onnx", "onnxruntime")


def obstacle(run: Run, kind: str) -> str:
    """What is missing to export a run in one of the EXPORTS formats or as "keras", and how to get it; empty if nothing.

    Packages are looked for, not imported: TensorFlow takes seconds and a gigabyte.
    """
    try:
        require_networks([run])
    except FerError as error:
        return str(error)
    if missing := _missing(TRAINING_PACKAGES):
        return (
            f"Exporting needs {missing}, which is not installed. In a checkout: pip install -r requirements.txt; else: "
            'pip install "facial-emotion-studio[train]".'
        )
    is_taught = run.head_path.is_file()
    if not run.model_path.is_file() and not is_taught:
        return "Only models with a .keras file can be converted."
    if is_taught and (missing := missing_source(run)):
        return missing
    if kind == "onnx":
        return missing_for_onnx()
    if kind == "int8" and is_taught:
        return "int8 is calibrated on training images, and none are kept of what was taught."
    if kind == "int8":
        try:
            catalog.find(run.config.data)
        except FerError:
            return f"int8 needs {run.card.data.name} in data/, to calibrate on its training images."
    return ""


def missing_for_onnx() -> str:
    """Which packages ONNX lacks, and how to install them; empty if none."""
    if not (missing := _missing(ONNX_PACKAGES)):
        return ""
    return (
        f'ONNX needs {missing}, not installed: pip install "facial-emotion-studio[onnx]", or in a checkout '
        f"pip install {' '.join(ONNX_PACKAGES)}."
    )


def _missing(packages: tuple[str, ...]) -> str:
    return ", ".join(name for name in packages if find_spec(name) is None)
