"""ResNet-18 with the CIFAR stem: one 3x3 convolution at full resolution, no pooling."""

from fer.architectures import ARCHITECTURES, Architecture
from fer.architectures.resnet10 import block, convolve


def build(input_shape, num_classes):
    import keras
    from keras import layers

    inputs = keras.Input(input_shape, dtype="uint8")
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    x = layers.ReLU()(convolve(x, 64))
    for width, strides in ((64, 1), (128, 2), (256, 2), (512, 2)):
        x = block(block(x, width, strides), width, 1)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.4)(x)
    return keras.Model(inputs, layers.Dense(num_classes)(x), name="resnet18")


ARCHITECTURES.register(
    Architecture(
        name="resnet18",
        build=build,
        summary="Eight residual blocks at full width; ten times vgg_small's multiply-adds.",
        reference="He et al. 2015, arXiv 1512.03385; stem as for CIFAR-10 there",
    )
)
