"""Heat maps find the region a network was built to respond to, and are scaled correctly."""

import shutil

import keras
import numpy as np
import pytest
from keras import layers

from fer.data.formats import synthetic
from fer.errors import FerError
from fer.inference import saliency
from fer.inference.classifier import Classifier
from fer.runs.run import Run
from fer.runs.store import RunStore
from fer.training.export import litert

FACES = synthetic.draw(1, seed=5)[0]
PLANTED = (slice(30, 36), slice(6, 12))  # rows and columns


@pytest.fixture(scope="module")
def light() -> Classifier:
    return Classifier(RunStore()["mini_xception"])


@pytest.fixture(scope="module")
def planted(trained_run, tmp_path_factory) -> Classifier:
    """A network without activation maps whose first logit is the brightness of the planted region."""
    inputs = keras.Input((48, 48, 1), dtype="uint8")
    network = keras.Model(inputs, layers.Dense(7)(layers.Flatten()(layers.Rescaling(1 / 255)(inputs))))
    kernel = np.zeros((48, 48, 7), np.float32)
    kernel[*PLANTED, 0] = 0.2
    network.set_weights([kernel.reshape(-1, 7), np.zeros(7, np.float32)])
    run = Run(shutil.copytree(trained_run.path, tmp_path_factory.mktemp("models") / "planted"))
    network.save(run.model_path)
    litert.export(run)
    return Classifier(run)


def bright_regions() -> np.ndarray:
    """Three dark faces with a bright planted region and an equally bright region elsewhere."""
    faces = np.full((3, 48, 48), 40, np.uint8)
    faces[:, *PLANTED] = faces[:, 10:16, 30:36] = 220
    return faces


def test_occlusion_finds_only_the_planted_region(planted):
    heat = saliency.explain(planted, bright_regions(), 0)
    assert (heat[:, *PLANTED] > 0.4).all() and (heat[:, :22] == 0).all() and (heat[:, :, 24:] == 0).all()
    hottest = np.array(np.unravel_index(heat.reshape(3, -1).argmax(axis=1), (48, 48)))
    assert ((hottest.T >= (30, 6)) & (hottest.T < (36, 12))).all()


def test_evidence_against_a_class_is_cold(planted):
    assert not saliency.explain(planted, bright_regions(), 1).any()


def test_activation_finds_the_planted_region_if_the_network_has_maps(trained_run, tmp_path):
    inputs = keras.Input((48, 48, 1), dtype="uint8")
    x = layers.AveragePooling2D(6)(layers.Rescaling(1 / 255)(inputs))
    network = keras.Model(inputs, layers.Dense(7)(layers.GlobalAveragePooling2D()(x)))
    network.set_weights([10 * np.eye(1, 7, dtype=np.float32), np.zeros(7, np.float32)])
    run = Run(shutil.copytree(trained_run.path, tmp_path / "pooled"))
    network.save(run.model_path)
    litert.export(run)
    faces = np.zeros((2, 48, 48), np.uint8)
    faces[:, *PLANTED] = 255
    heat = saliency.explain(Classifier(run), faces, [0, 1])
    assert heat[0, 32:34, 8:10].min() > 0.8 and heat[0, :24].max() == 0 and heat[0].max() == 1
    assert heat[1, 32:34, 8:10].max() < 0.1, "what speaks for the first class speaks against the second"


@pytest.mark.parametrize("method", saliency.METHODS)
def test_heat_is_between_0_and_1_for_any_number_of_faces(method, light):
    labels = light.logits(FACES).argmax(axis=1)
    heat = saliency.explain(light, FACES, labels, method=method)
    assert heat.shape == FACES.shape and heat.dtype == np.float32
    assert heat.min() == 0 and heat.max(axis=(1, 2)) == pytest.approx(1)
    np.testing.assert_allclose(saliency.explain(light, FACES[:1], labels[0], method=method), heat[:1], atol=1e-3)
    assert saliency.explain(light, FACES[:0], 0, method=method).shape == (0, 48, 48)


def test_fine_maps_are_used_by_default_but_coarse_ones_are_not(light, planted):
    assert saliency.default_method(Classifier(RunStore()["vgg_small"])) == "activation"
    assert saliency.default_method(light) == saliency.default_method(planted) == "occlusion"
    assert (saliency.explain(light, FACES, 3) == saliency.explain(light, FACES, 3, method="occlusion")).all()


def test_invalid_explanations_are_refused(light, planted):
    with pytest.raises(FerError, match="method must be activation or occlusion, got 'gradient'"):
        saliency.explain(light, FACES, 0, method="gradient")
    with pytest.raises(FerError, match="label_index must be 0 to 6, got 7"):
        saliency.explain(light, FACES, 7)
    with pytest.raises(FerError, match="has no class activation maps"):
        saliency.explain(planted, FACES, 0, method="activation")


def test_patch_coverage_is_symmetric():
    count = saliency._patches().sum(axis=0)
    assert count.min() >= 1 and (count == count[::-1]).all() and (count == count.T).all()


@pytest.mark.parametrize("size", [48, 96, 31])
def test_an_overlay_leaves_cold_regions_grey_and_colours_hot_ones(size):
    crop, heat = np.full((size, size), 90, np.uint8), np.zeros((48, 48), np.float32)
    assert (saliency.overlay(crop, heat) == 90).all()
    heat[:, 24:] = 1
    seen = saliency.overlay(crop, heat, opacity=1)
    assert seen.shape == (size, size, 3) and seen.dtype == np.uint8 and (seen[:, 0] == 90).all()
    assert tuple(seen[0, -1]) == (252, 255, 164), "inferno's brightest, as matplotlib has it"
