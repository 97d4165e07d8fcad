"""Convert the YuNet face detector into the .tflite files that the browser runs, one per input shape.

    python static/yunet.py

needs the extras `train` and `onnx`. LiteRT.js only runs fixed shapes. The input is float32 (1, height, width, 3), BGR
from 0 to 255. The output is float32 (1, cells, 16): class, objectness, box (4) and landmarks (10) of every cell of the
strides 8, 16 and 32.
"""

import gzip
import sys
from pathlib import Path

import numpy as np

SHAPES = ((256, 320), (320, 256), (480, 640), (640, 480))  # height and width
STRIDES = (8, 16, 32)
HEADS = ("cls", "obj", "bbox", "kps")
FOLDER = Path(__file__).parent / "yunet" / "2023mar"  # YuNet's version


def nodes_of(path: str):
    """The nodes and constants of the ONNX file."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(path).graph
    return graph.node, {constant.name: numpy_helper.to_array(constant) for constant in graph.initializer}


def convolve(x, attributes: dict, kernel: np.ndarray, bias: np.ndarray):
    """A convolution of NHWC; the kernel comes as (out, in, h, w)."""
    import tensorflow as tf

    pad, stride, groups = attributes["pads"][0], attributes["strides"][0], attributes["group"]
    x = tf.pad(x, [[0, 0], [pad, pad], [pad, pad], [0, 0]]) if pad and stride > 1 else x  # SAME pads elsewhere
    padding = "SAME" if pad and stride == 1 else "VALID"
    if groups > 1:
        return tf.nn.depthwise_conv2d(x, kernel.transpose(2, 3, 0, 1), [1, 1, 1, 1], padding) + bias
    return tf.nn.conv2d(x, kernel.transpose(2, 3, 1, 0), stride, padding) + bias


def apply(node, inputs: list, attributes: dict):
    """One node of the graph in TensorFlow, on NHWC."""
    import tensorflow as tf

    x = inputs[0]
    if node.op_type == "Conv":
        return convolve(x, attributes, *inputs[1:])
    if node.op_type == "Resize":  # nearest, twice the size
        return tf.repeat(tf.repeat(x, 2, axis=1), 2, axis=2)
    if node.op_type == "Reshape":
        return tf.reshape(x, [1, -1, x.shape[-1]])
    simple = {"Relu": tf.nn.relu, "Sigmoid": tf.sigmoid, "Transpose": tf.identity}  # NHWC needs no transposing
    if node.op_type in simple:
        return simple[node.op_type](x)
    return x + inputs[1] if node.op_type == "Add" else tf.nn.max_pool2d(x, 2, 2, "VALID")


def convert(path: str, height: int, width: int) -> bytes:
    """The detector for one input shape, as .tflite."""
    import tensorflow as tf
    from onnx import helper

    nodes, constants = nodes_of(path)

    @tf.function(input_signature=[tf.TensorSpec((1, height, width, 3), tf.float32)])
    def detect(image):
        values = {**constants, "input": image}
        for node in nodes:
            attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
            values[node.output[0]] = apply(node, [values.get(name) for name in node.input], attributes)
        cells = [tf.concat([values[f"{head}_{stride}"] for head in HEADS], axis=2) for stride in STRIDES]
        return tf.concat(cells, axis=1)

    return tf.lite.TFLiteConverter.from_concrete_functions([detect.get_concrete_function()], detect).convert()


def main() -> None:
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from fer.faces.detectors import yunet

    FOLDER.mkdir(parents=True, exist_ok=True)
    for height, width in SHAPES:
        content = gzip.compress(convert(yunet.weights(), height, width), 9, mtime=0)
        (FOLDER / f"{width}x{height}.tflite.gz").write_bytes(content)


if __name__ == "__main__":
    main()
