"""A residual network of plain 3x3 convolutions with squeeze-and-excitation, half as wide as ResNet-18."""

from fer.architectures import ARCHITECTURES, Architecture
from fer.architectures.resnet10 import convolve

SQUEEZE = 8  # reduction ratio


def build(input_shape, num_classes):
    import keras
    from keras import layers

    inputs = keras.Input(input_shape, dtype="uint8")
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    x = layers.ReLU()(convolve(x, 32))
    for width, strides, blocks in ((32, 1, 1), (64, 2, 2), (128, 2, 2), (256, 2, 2)):
        for i in range(blocks):
            x = _block(x, width, 1 if i else strides)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.4)(x)
    return keras.Model(inputs, layers.Dense(num_classes)(x), name="se_resnet")


def _block(x, width, strides):
    """Two 3x3 convolutions with channels weighted by global context, and a shortcut."""
    from keras import layers

    shortcut = x if strides == 1 and x.shape[-1] == width else convolve(x, width, 1, strides)
    x = layers.ReLU()(convolve(x, width, strides=strides))
    x = convolve(x, width)
    share = layers.GlobalAveragePooling2D(keepdims=True)(x)
    share = layers.Dense(width // SQUEEZE, activation="relu")(share)
    share = layers.Dense(width, activation="sigmoid")(share)
    return layers.ReLU()(layers.Add()([layers.Multiply()([x, share]), shortcut]))


ARCHITECTURES.register(
    Architecture(
        name="se_resnet",
        build=build,
        summary="Seven residual blocks with channel attention; between vgg_small and vgg in multiply-adds.",
        reference="Hu et al. 2017, arXiv 1709.01507; He et al. 2015, arXiv 1512.03385",
    )
)
