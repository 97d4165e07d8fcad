"""mini-Xception: the tiny depthwise-separable network used by most FER apps."""

from fer.architectures import ARCHITECTURES, Architecture


def build(input_shape, num_classes):
    import keras
    from keras import layers

    inputs = keras.Input(input_shape, dtype="uint8")
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    for _ in range(2):
        x = layers.Conv2D(8, 3, use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
    for width in (16, 32, 64, 128):
        x = _block(x, width)
    x = layers.Conv2D(num_classes, 3, padding="same")(x)
    return keras.Model(inputs, layers.GlobalAveragePooling2D()(x), name="mini_xception")


def _block(x, width):
    """Two separable convolutions and pooling, with a strided 1x1 shortcut."""
    from keras import layers

    shortcut = layers.BatchNormalization()(layers.Conv2D(width, 1, 2, padding="same", use_bias=False)(x))
    x = layers.SeparableConv2D(width, 3, padding="same", use_bias=False)(x)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.BatchNormalization()(layers.SeparableConv2D(width, 3, padding="same", use_bias=False)(x))
    return layers.Add()([layers.MaxPooling2D(3, 2, padding="same")(x), shortcut])


ARCHITECTURES.register(
    Architecture(
        name="mini_xception",
        build=build,
        summary="58 thousand parameters; the lightest, for slow machines and live video.",
        reference="Arriaga, Valdenegro-Toro & Plöger 2017, arXiv 1710.07557",
    )
)
