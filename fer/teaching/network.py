"""A run's .tflite file without its head, or with another one; made in milliseconds, without TensorFlow."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from fer.errors import FerError
from fer.faces.crop import IMAGE_SIZE
from fer.inference.classifier import BATCH
from fer.inference.fixed_batch import packed
from fer.runs.members import require_networks
from fer.runs.run import Run, version


@dataclass
class Network:
    """A file's content, and where its parts are.

    Attributes:
        model: the whole file, as LiteRT's schema describes it.
        features: the tensor that the last layer reads, float32 (N, F).
        head: the operator of the last layer, with kernel (C, F) and bias (C,).
        maps: the tensor whose mean over height and width is the features, float32 (N, h, w, F); None if there is none.
        width: F.
    """

    model: Any
    features: int
    head: Any
    maps: int | None
    width: int


def without_head(run: Run) -> bytes:
    """A .tflite that returns the features, float32 (N, F), instead of logits."""
    network = _taken_apart(run.tflite_path, run.id)
    network.model.subgraphs[0].outputs = [network.features]
    return packed(network.model)


def with_head(run: Run, kernel: np.ndarray, bias: np.ndarray) -> bytes:
    """A .tflite that returns logits = features @ kernel.T + bias and, if the run's does, activation maps.

    Args:
        kernel: float32 (C, F).
        bias: float32 (C,).
    """
    network = _taken_apart(run.tflite_path, run.id)
    if kernel.shape != (len(bias), network.width):
        raise FerError(f"The head must have {network.width} weights a class, got {kernel.shape}.")
    graph, classes = network.model.subgraphs[0], len(bias)
    weights = _constant(network.model, kernel, b"taught/kernel")
    biases = _constant(network.model, bias, b"taught/bias")
    logits = network.head.outputs[0]
    graph.tensors[logits].shape, graph.tensors[logits].shapeSignature = [1, classes], [-1, classes]
    network.head.inputs = [network.features, weights, biases]
    graph.outputs = [logits]
    if network.maps is not None and len(graph.tensors[network.maps].shape) == 4:
        _add_maps(network, weights, biases, classes)
    return packed(network.model)


def features_of(run: Run, faces: np.ndarray) -> np.ndarray:
    """float32 (N, F): what the run's last layer reads, for grey faces uint8 (N, 48, 48)."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=without_head(run))
    index = interpreter.get_input_details()[0]["index"]
    found = [np.zeros((0, width_of(run)), np.float32)]
    for start in range(0, len(faces), BATCH):
        batch = np.ascontiguousarray(faces[start : start + BATCH])[..., None]
        interpreter.resize_tensor_input(index, [len(batch), IMAGE_SIZE, IMAGE_SIZE, 1])
        interpreter.allocate_tensors()
        interpreter.set_tensor(index, batch)
        interpreter.invoke()
        found.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))
    return np.concatenate(found)


def width_of(run: Run) -> int:
    """How many features a face has. Raises FerError for a run whose network can't be taught."""
    require_networks([run])
    return _width(*version(run.tflite_path), run.id)


def is_teachable(run: Run) -> bool:
    """Whether the run is finished, and its network ends in one layer that can be replaced."""
    if not run.is_usable:
        return False
    try:
        return bool(width_of(run))
    except FerError:
        return False


@lru_cache(maxsize=64)
def _width(path: Path, changed: int, inode: int, size: int, id: str) -> int:
    return _taken_apart(path, id).width


def _taken_apart(path: Path, id: str) -> Network:
    from ai_edge_litert import schema_py_generated as schema

    try:
        model: Any = schema.ModelT.InitFromObj(schema.Model.GetRootAs(path.read_bytes(), 0))
        graph = model.subgraphs[0]
        logits = next(output for output in graph.outputs if len(graph.tensors[output].shape) == 2)
        head = _over_features(model, logits) or _maker(graph, logits)
        fits = _code(model, head) == schema.BuiltinOperator.FULLY_CONNECTED and len(head.inputs) == 3
        kernel = graph.tensors[head.inputs[1]] if fits else None
    except Exception as error:  # the schema's readers raise all kinds of errors on damaged files
        raise FerError(f"{path} is damaged: it isn't a LiteRT model.") from error
    if kernel is None or head.inputs[2] < 0 or kernel.type != schema.TensorType.FLOAT32:
        raise FerError(
            f"{id} can't learn your classes: its network doesn't end in one layer over pooled features. "
            "Choose another model, such as flagship or vgg_small."
        )
    pool = _maker(graph, head.inputs[0])
    maps = pool.inputs[0] if pool and _code(model, pool) == schema.BuiltinOperator.MEAN else None
    return Network(model, head.inputs[0], head, maps, int(kernel.shape[1]))


def _over_features(model: Any, logits: int) -> Any:
    """Where a network ends in a convolution to class maps, whose mean is the logits: a linear layer in its place, over
    the mean of what the convolution reads. Its kernel is a stand-in, for `with_head` to replace. None elsewhere."""
    from ai_edge_litert import schema_py_generated as schema

    graph = model.subgraphs[0]
    pool = _maker(graph, logits)
    last = _maker(graph, pool.inputs[0]) if _code(model, pool) == schema.BuiltinOperator.MEAN else None
    if last is None or _code(model, last) != schema.BuiltinOperator.CONV_2D:
        return None
    width = int(graph.tensors[last.inputs[0]].shape[3])
    features = _tensor(model, b"features", (-1, width))
    pool.inputs, pool.outputs = [last.inputs[0], pool.inputs[1]], [features]
    kernel = _constant(model, np.zeros((1, width)), b"none")
    model.operatorCodes.append(schema.OperatorCodeT())
    code = model.operatorCodes[-1]
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.FULLY_CONNECTED
    head: Any = schema.OperatorT()
    head.opcodeIndex, head.inputs, head.outputs = len(model.operatorCodes) - 1, [features, kernel, kernel], [logits]
    head.builtinOptionsType = schema.BuiltinOptions.FullyConnectedOptions
    head.builtinOptions = schema.FullyConnectedOptionsT()
    graph.operators.append(head)
    return head


def _maker(graph: Any, tensor: int) -> Any:
    return next((operator for operator in graph.operators if tensor in operator.outputs), None)


def _code(model: Any, operator: Any) -> int:
    code = model.operatorCodes[operator.opcodeIndex]
    return max(code.builtinCode, code.deprecatedBuiltinCode)  # the older field ends at 127


def _constant(model: Any, values: np.ndarray, name: bytes, shape: tuple[int, ...] | None = None) -> int:
    """The position of a new constant tensor."""
    from ai_edge_litert import schema_py_generated as schema

    data = np.ascontiguousarray(values, np.float32)
    model.buffers.append(schema.BufferT())
    model.buffers[-1].data = np.frombuffer(data.tobytes(), np.uint8)
    return _tensor(model, name, shape or data.shape, len(model.buffers) - 1)


def _tensor(model: Any, name: bytes, shape: tuple[int, ...], buffer: int = 0) -> int:
    from ai_edge_litert import schema_py_generated as schema

    tensors = model.subgraphs[0].tensors
    tensor: Any = schema.TensorT()
    tensor.name, tensor.buffer, tensor.type = name, buffer, schema.TensorType.FLOAT32
    tensor.shape = [abs(size) for size in shape]
    tensor.shapeSignature = list(shape) if -1 in shape else None
    tensors.append(tensor)
    return len(tensors) - 1


def _add_maps(network: Network, weights: int, biases: int, classes: int) -> None:
    """A convolution of one pixel applies the head at every place instead of to the mean."""
    from ai_edge_litert import schema_py_generated as schema

    model, graph = network.model, network.model.subgraphs[0]
    kernel = _tensor(model, b"taught/maps", (classes, 1, 1, network.width), graph.tensors[weights].buffer)
    _, height, width, _ = graph.tensors[network.maps].shape
    output = _tensor(model, b"maps", (-1, int(height), int(width), classes))
    operator: Any = schema.OperatorT()
    options = schema.Conv2DOptionsT()
    options.padding, options.strideW, options.strideH = schema.Padding.VALID, 1, 1
    operator.opcodeIndex = next(
        i
        for i, code in enumerate(model.operatorCodes)
        if max(code.builtinCode, code.deprecatedBuiltinCode) == schema.BuiltinOperator.CONV_2D
    )
    operator.inputs, operator.outputs = [network.maps, kernel, biases], [output]
    operator.builtinOptionsType, operator.builtinOptions = schema.BuiltinOptions.Conv2DOptions, options
    graph.operators.append(operator)
    graph.outputs = [*graph.outputs, output]
