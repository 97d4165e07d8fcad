"""MobileNetV2 pretrained on ImageNet, on faces enlarged to 96 × 96."""

from fer.architectures import ARCHITECTURES, Architecture
from fer.architectures.vgg16 import head


def build(input_shape, num_classes):
    import keras
    from keras import layers

    inputs = keras.Input(input_shape, dtype="uint8")
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    x = layers.Resizing(96, 96)(x)
    x = layers.Concatenate()([x, x, x])
    backbone = keras.applications.MobileNetV2(include_top=False, weights=None, input_tensor=x)  # pyright: ignore[reportArgumentType] # untyped default in Keras
    return keras.Model(inputs, head(backbone.output, num_classes, dropout=0.3), name="mobilenet_v2")


ARCHITECTURES.register(
    Architecture(
        name="mobilenet_v2",
        build=build,
        summary="Depthwise blocks pretrained on ImageNet; fast to run, slow to train on a CPU.",
        reference="Sandler et al. 2018, arXiv 1801.04381; weights of keras.applications",
        imagenet="MobileNetV2",
    )
)
