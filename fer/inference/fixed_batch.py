"""A run's .tflite file as LiteRT.js in the browser needs it: for one face, and without activation maps."""

from pathlib import Path
from typing import Any

from fer.errors import FerError


def with_one_face(file: Path | bytes) -> bytes:
    """A file whose shapes are all fixed, for one face, with its 2-D output alone: LiteRT.js takes no open batch, and
    WebGPU no shape that is only known while a network runs, as that of activation maps is.

    Raises:
        FerError: for a file that isn't a LiteRT model.
    """
    from ai_edge_litert import schema_py_generated as schema

    content = file if isinstance(file, bytes) else file.read_bytes()
    try:
        model: Any = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
        graph = model.subgraphs[0]
        for tensor in graph.tensors:
            if tensor.shapeSignature is not None:
                tensor.shape = tensor.shapeSignature = [max(int(size), 1) for size in tensor.shapeSignature]
        graph.outputs = [o for o in graph.outputs if len(graph.tensors[o].shape) == 2] or graph.outputs
        return packed(model)
    except Exception as error:  # the schema's readers raise all kinds of errors on damaged files
        name = "The file" if isinstance(file, bytes) else file
        raise FerError(f"{name} is damaged: it isn't a LiteRT model.") from error


def packed(model: Any) -> bytes:
    """The file of a model (`schema.ModelT`), without operators that no output needs and with no signature, which would
    name outputs that may be gone."""
    from ai_edge_litert import schema_py_generated as schema

    graph = model.subgraphs[0]
    needed, kept = set(graph.outputs), []
    for operator in reversed(graph.operators):
        if needed & set(operator.outputs):
            needed |= set(operator.inputs)
            kept.append(operator)
    graph.operators, model.signatureDefs = kept[::-1], None
    builder = schema.flatbuffers.Builder(1 << 20)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())
