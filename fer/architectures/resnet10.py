"""ResNet-10 at half the usual width, with a stride-2 stem: fast to train and fast to run."""

from fer.architectures import ARCHITECTURES, Architecture


def build(input_shape, num_classes):
    import keras
    from keras import layers

    inputs = keras.Input(input_shape, dtype="uint8")
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    x = layers.ReLU()(convolve(x, 32, strides=2))
    for width, strides in ((32, 1), (64, 2), (128, 2), (256, 2)):
        x = block(x, width, strides)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.3)(x)
    return keras.Model(inputs, layers.Dense(num_classes)(x), name="resnet10")


def convolve(x, width, size=3, strides=1):
    """Convolution and batch norm, without the activation."""
    from keras import layers

    x = layers.Conv2D(width, size, strides, padding="same", use_bias=False, kernel_initializer="he_normal")(x)
    return layers.BatchNormalization()(x)


def block(x, width, strides):
    """The basic residual block of two 3x3 convolutions."""
    from keras import layers

    shortcut = x if strides == 1 and x.shape[-1] == width else convolve(x, width, 1, strides)
    x = layers.ReLU()(convolve(x, width, strides=strides))
    return layers.ReLU()(layers.Add()([convolve(x, width), shortcut]))


ARCHITECTURES.register(
    Architecture(
        name="resnet10",
        build=build,
        summary="Four residual blocks after a stride-2 stem; a third of vgg_small's multiply-adds.",
        reference="He et al. 2015, arXiv 1512.03385",
    )
)
