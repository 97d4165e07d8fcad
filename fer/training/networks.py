"""Training copies of networks: bfloat16 where it is fast, fused batch norm, an L2 penalty.

Architectures and saved files stay plain float32 Keras; weights are exchanged as arrays.
"""

import keras
import numpy as np
from keras import ops

from fer.architectures import ARCHITECTURES, BACKBONE
from fer.errors import FerError
from fer.runs.config import TrainConfig
from fer.system import processor
from fer.training.augment import shrunk_side
from fer.training.balance import AdjustedCrossentropy
from fer.training.schedule import optimizer

REGULARIZERS = ("kernel_regularizer", "depthwise_regularizer", "pointwise_regularizer", "recurrent_regularizer")
STATISTICS_MOMENTUM = (
    0.9  # with Keras's 0.99, statistics stay near their initial values in short trainings; EMA stabilizes long ones
)


class FusedBatchNormalization(keras.layers.BatchNormalization):
    """Batch norm through TensorFlow's fused kernel when training on TensorFlow, plain Keras otherwise.

    Keras 3 computes the moments with separate operations, which takes a third of vgg_small's training time on a CPU;
    measured by `benchmarks/training.py`.
    """

    def __init__(self, **settings):
        super().__init__(autocast=False, **settings)  # inputs stay bfloat16 while scale and offset stay float32

    def call(self, inputs, training=None, mask=None):
        if not training or not self.trainable or keras.backend.backend() != "tensorflow":
            return super().call(inputs, training=training, mask=mask)
        import tensorflow as tf

        outputs, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            inputs, ops.convert_to_tensor(self.gamma), ops.convert_to_tensor(self.beta), epsilon=self.epsilon
        )
        for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
            assert moving is not None  # set by `build`
            moving.assign(moving * self.momentum + batch * (1 - self.momentum))
        return outputs


class SlowGradient(keras.layers.Layer):
    """Identity that scales the gradient, so that the layers before it learn more slowly."""

    def __init__(self, share: float, **settings):
        super().__init__(**settings)
        self.share = share

    def call(self, inputs, training=None):
        if not training:
            return inputs
        learning = inputs * self.share
        return learning + ops.stop_gradient(inputs - learning)


def build(config: TrainConfig, num_classes: int) -> keras.Model:
    """The plain float32 network of `config`, with seeded weights."""
    architecture = ARCHITECTURES[config.architecture]
    keras.utils.set_random_seed(config.seed)
    return architecture.build(architecture.input_shape, num_classes)


def training_copy(network: keras.Model, config: TrainConfig, *, small: bool = False) -> keras.Model:
    """A copy with the same weights, optimized for training; if `small`, for shrunk images (`augment.shrunk_side`).

    Raises:
        FerError: for a network whose weights depend on the size of its images.
    """
    policy = "mixed_bfloat16" if precision(config) == "bfloat16" else "float32"
    penalty = keras.regularizers.L2(config.weight_decay) if config.weight_decay and config.optimizer == "sgd" else None

    def copy(layer):
        kind, settings = type(layer), layer.get_config()
        settings["dtype"] = "float32" if layer is network.layers[-1] else policy  # logits in full precision
        settings |= {name: penalty for name in REGULARIZERS if name in settings}
        if layer.name == BACKBONE:
            return SlowGradient(config.backbone_rate, name=BACKBONE, dtype=policy)
        if kind is keras.layers.BatchNormalization:
            kind = FusedBatchNormalization
            settings["momentum"] = STATISTICS_MOMENTUM
        if kind is keras.layers.Resizing and small:  # before a backbone, for which it enlarges the images
            settings |= {name: shrunk_side(settings[name]) for name in ("height", "width")}
        return kind.from_config(settings)

    side = shrunk_side(network.input_shape[1])
    inputs = keras.Input((side, side, 1), dtype="uint8") if small else None
    try:
        trained = keras.models.clone_model(network, input_tensors=inputs, clone_function=copy)
        trained.set_weights(network.get_weights())
    except ValueError as error:
        if not small:
            raise
        raise FerError(f"{config.architecture} only takes images of one size. Set small_first to 0.") from error
    return trained


def has_backbone(network: keras.Model) -> bool:
    """Whether it has a backbone that can start from ImageNet weights and be frozen."""
    return any(layer.name == BACKBONE for layer in network.layers)


def compiled(
    network: keras.Model,
    config: TrainConfig,
    *,
    frozen: bool = False,
    small: bool = False,
    offsets: np.ndarray | None = None,
) -> keras.Model:
    """A compiled training copy; if `frozen`, its backbone is not trained; if `small`, for shrunk images. The loss adds
    `offsets` to the logits."""
    trained = training_copy(network, config, small=small)
    if frozen:
        names = [layer.name for layer in trained.layers]
        for layer in trained.layers[: names.index(BACKBONE)]:
            layer.trainable = False
    trained.compile(
        optimizer=optimizer(config),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True)
        if offsets is None
        else AdjustedCrossentropy(offsets),
        metrics=[keras.metrics.CategoricalAccuracy(), keras.metrics.CategoricalCrossentropy(from_logits=True)],
        jit_compile=keras.backend.backend() == "jax",  # pyright: ignore[reportArgumentType] # XLA: 4× slower on TF CPUs
    )
    trained.optimizer.build(trained.trainable_variables)
    return trained


def share_devices(config: TrainConfig) -> int:
    """Let each batch be shared among all devices, if the recipe says so (data parallelism: every device holds the whole
    network and sees its part of the batch). Returns how many there are.

    Raises:
        FerError: on a backend other than JAX, the only one on which Keras can do this with batches of our own.
    """
    if config.devices == "one":
        return 1
    if keras.backend.backend() != "jax":
        raise FerError(
            f"Only the JAX backend shares batches among devices, and this is {keras.backend.backend()}. "
            "Install jax and set KERAS_BACKEND=jax, or train with --devices one."
        )
    devices = keras.distribution.list_devices()
    keras.distribution.set_distribution(keras.distribution.DataParallel(devices=devices))
    return len(devices)


def precision(config: TrainConfig) -> str:
    """ "bfloat16" or "float32": what `config.precision` means on this machine."""
    if config.precision != "auto":
        return config.precision
    return "bfloat16" if _has_gpu() or processor.is_fast_in_bfloat16() else "float32"


def _has_gpu() -> bool:
    try:
        return bool(keras.distribution.list_devices("gpu"))
    except (RuntimeError, AttributeError, NotImplementedError):  # a backend without device listing
        return False
