"""DenseNet-BC for 48 × 48: each layer receives the outputs of all earlier layers in its block."""

from fer.architectures import ARCHITECTURES, Architecture

GROWTH = 20  # channels added per layer


def build(input_shape, num_classes):
    import keras
    from keras import layers

    inputs = keras.Input(input_shape, dtype="uint8")
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    x = layers.MaxPooling2D()(_convolve(_normalise(_convolve(x, 32, 3)), 40, 3))
    for depth in (6, 10, 10):
        for _ in range(depth):
            fresh = _convolve(_normalise(x), 4 * GROWTH, 1)
            x = layers.Concatenate()([x, _convolve(_normalise(fresh), GROWTH, 3)])
        if x.shape[1] > 6:
            x = layers.AveragePooling2D(2)(_convolve(_normalise(x), x.shape[-1] // 2, 1))
    x = layers.GlobalAveragePooling2D()(_normalise(x))
    x = layers.Dropout(0.3)(x)
    return keras.Model(inputs, layers.Dense(num_classes)(x), name="densenet")


def _normalise(x):
    from keras import layers

    return layers.ReLU()(layers.BatchNormalization()(x))


def _convolve(x, width, size):
    from keras import layers

    return layers.Conv2D(width, size, padding="same", use_bias=False, kernel_initializer="he_normal")(x)


ARCHITECTURES.register(
    Architecture(
        name="densenet",
        build=build,
        summary="Three dense blocks with 26 narrow layers in total; few parameters, high memory traffic.",
        reference="Huang et al. 2016, arXiv 1608.06993",
    )
)
