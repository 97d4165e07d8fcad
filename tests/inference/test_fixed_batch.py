"""A model's file for the browser answers as the run's."""

import numpy as np
import pytest
from helpers.shipped import ROOT

from fer.errors import FerError
from fer.inference.classifier import Classifier
from fer.inference.fixed_batch import with_one_face
from fer.runs.run import Run


@pytest.mark.parametrize("name", ["mini_xception", "vgg_small"])
def test_the_batch_is_one_and_the_logits_stay(tmp_path, name):
    from ai_edge_litert.interpreter import Interpreter

    run, fixed = Run(ROOT / "models" / name), tmp_path / "fixed.tflite"
    fixed.write_bytes(with_one_face(run.tflite_path))
    interpreter = Interpreter(str(fixed))
    assert [output["shape"].tolist() for output in interpreter.get_output_details()] == [[1, 7]]
    assert all((detail["shape_signature"] > 0).all() for detail in interpreter.get_tensor_details())
    details = interpreter.get_input_details()[0]
    assert details["shape_signature"].tolist() == [1, 48, 48, 1]
    faces = np.random.default_rng(0).integers(0, 256, (3, 48, 48), np.uint8)
    assert np.array_equal(Classifier(run).logits(faces[:1]), Classifier(run, path=fixed).logits(faces[:1]))


@pytest.mark.parametrize("content", [b"", b"no model", bytes(400), b"\xff" * 400])
def test_a_damaged_file_is_reported(tmp_path, content):
    (tmp_path / "model.tflite").write_bytes(content)
    with pytest.raises(FerError, match="is damaged"):
        with_one_face(tmp_path / "model.tflite")
