"""The contract of every network, and of its training copy."""

import keras
import numpy as np
import pytest
from helpers.made_networks import large_are_slow

from fer.architectures import ARCHITECTURES
from fer.errors import FerError
from fer.runs.config import TrainConfig
from fer.training import networks

FACES = np.random.default_rng(0).integers(0, 256, (5, 48, 48, 1), np.uint8)
FACES[0], FACES[1] = 0, 255
SIZES = {"vgg_small": (1.1e6, 1.3e6), "resnet10": (1.1e6, 1.3e6), "mini_xception": (5e4, 6e4)}


def perturbed(network: keras.Model) -> keras.Model:
    """The network with non-initial weights and batch statistics, as after training; all variances > 0."""
    random = np.random.default_rng(1)
    noise = [random.normal(0, 0.05, w.shape) * (w.std() if w.ndim > 1 else 1) for w in network.get_weights()]
    weights = [w + (n if w.ndim > 1 else np.abs(n)) for w, n in zip(network.get_weights(), noise, strict=True)]
    network.set_weights([w.astype(np.float32) for w in weights])
    return network


@pytest.fixture(scope="module", params=large_are_slow(ARCHITECTURES))
def network(request) -> keras.Model:
    return perturbed(networks.build(TrainConfig(architecture=request.param), 7))


def test_it_is_named_like_its_file(network):
    assert ARCHITECTURES[network.name].name == network.name
    assert ARCHITECTURES[network.name].reference and ARCHITECTURES[network.name].summary.endswith(".")


def test_raw_uint8_faces_give_finite_float_logits(network):
    assert network.input_shape == (None, 48, 48, 1) and network.inputs[0].dtype == "uint8"
    logits = network.predict_on_batch(FACES)
    assert logits.shape == (5, 7) and logits.dtype == np.float32 and np.isfinite(logits).all()
    assert not np.allclose(logits.sum(axis=1), 1)  # logits, not probabilities


def test_scaling_is_part_of_the_network(network):
    kinds = [type(layer) for layer in network.layers]
    assert kinds.index(keras.layers.Rescaling) == 1
    low, high = network.layers[1](np.array([[[[0]], [[255]]]], np.uint8)).numpy().ravel()
    assert (low, high) == pytest.approx((-1, 1))


def test_whether_it_takes_shrunk_images_is_declared(network):
    config = TrainConfig(architecture=network.name)
    if ARCHITECTURES[network.name].any_size:
        assert networks.training_copy(network, config, small=True).input_shape == (None, 32, 32, 1)
    else:
        with pytest.raises(FerError, match="only takes images of one size"):
            networks.training_copy(network, config, small=True)


def test_the_seed_determines_the_weights_of_a_network_of_any_number_of_classes(network):
    one, same = (networks.build(TrainConfig(architecture=network.name, seed=1), 3) for _ in range(2))
    assert one.output_shape == (None, 3)
    assert all((a == b).all() for a, b in zip(one.get_weights(), same.get_weights(), strict=True))


def test_another_seed_gives_other_weights():
    one, other = (networks.build(TrainConfig(architecture="vgg_small", seed=seed), 7).get_weights() for seed in (1, 2))
    assert any((a != b).any() for a, b in zip(one, other, strict=True))


def test_it_has_about_the_expected_size(network):
    low, high = SIZES.get(network.name, (1e3, 1e8))
    assert low < network.count_params() < high


def test_plain_keras_loads_it_in_safe_mode(network, tmp_path):
    network.save(tmp_path / "x.keras")
    loaded = keras.saving.load_model(tmp_path / "x.keras", safe_mode=True)
    assert isinstance(loaded, keras.Model)
    assert {type(layer).__module__.split(".")[0] for layer in loaded.layers} == {"keras"}
    np.testing.assert_allclose(loaded.predict_on_batch(FACES), network.predict_on_batch(FACES), rtol=1e-5, atol=1e-5)


def test_the_training_copy_gives_the_same_output_as_the_plain_network(network):
    config = TrainConfig(architecture=network.name, precision="float32")
    copy = networks.training_copy(network, config)
    for ours, theirs in zip(copy.get_weights(), network.get_weights(), strict=True):
        assert (ours == theirs).all()
    np.testing.assert_allclose(copy.predict_on_batch(FACES), network.predict_on_batch(FACES), rtol=1e-4, atol=1e-4)


def test_the_training_copy_in_bfloat16_keeps_weights_and_logits_in_float32(network):
    copy = networks.training_copy(network, TrainConfig(architecture=network.name, precision="bfloat16"))
    assert {variable.dtype for variable in copy.trainable_variables} == {"float32"}
    assert any(layer.compute_dtype == "bfloat16" for layer in copy.layers)
    assert copy.predict_on_batch(FACES).dtype == np.float32


def test_weight_decay_is_in_the_network_and_on_every_kernel(network):
    copy = networks.training_copy(
        network, TrainConfig(architecture=network.name, precision="float32", weight_decay=1e-3)
    )
    kernels = [v for v in copy.trainable_variables if "kernel" in v.name]
    assert len(copy.losses) == len(kernels)
    expected = 1e-3 * sum(float((v.numpy().astype(np.float64) ** 2).sum()) for v in kernels)
    assert float(sum(copy.losses)) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("settings", [{"weight_decay": 0.0}, {"optimizer": "adamw"}], ids=["without", "adamw"])
def test_weight_decay_of_zero_or_of_adamw_is_not_in_the_network(settings):
    config = TrainConfig(architecture="vgg_small", precision="float32", **settings)
    assert not networks.training_copy(networks.build(config, 7), config).losses


def test_the_fused_batch_norm_trains_like_keras_own():
    random = np.random.default_rng(2)
    inputs = random.normal(3, 2, (16, 6, 6, 3)).astype(np.float32)
    plain, fused = (kind(momentum=0.9) for kind in (keras.layers.BatchNormalization, networks.FusedBatchNormalization))
    for layer in (plain, fused):
        layer.build(inputs.shape)
        layer.gamma.assign([0.5, 1.0, 2.0])
        layer.beta.assign([-1.0, 0.0, 1.0])
    ours, theirs = fused(inputs, training=True), plain(inputs, training=True)
    np.testing.assert_allclose(ours, theirs, atol=1e-4)
    np.testing.assert_allclose(fused.moving_mean, plain.moving_mean, rtol=1e-4)
    n = inputs[..., 0].size
    seen = np.asarray(fused.moving_variance) - 0.9, np.asarray(plain.moving_variance) - 0.9
    ratio = seen[0] / seen[1]  # TensorFlow's kernel keeps Bessel's unbiased variance, Keras the biased one
    assert np.allclose(ratio, n / (n - 1), rtol=1e-3) or np.allclose(ratio, 1, rtol=1e-3)
    fused.set_weights(plain.get_weights())
    np.testing.assert_allclose(fused(inputs, training=False), plain(inputs, training=False), atol=1e-4)
