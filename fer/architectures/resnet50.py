"""ResNet-50 pretrained on ImageNet, on faces enlarged to 96 × 96."""

from fer.architectures import ARCHITECTURES, Architecture
from fer.architectures.vgg16 import BGR_MEANS, head


def build(input_shape, num_classes):
    import keras
    from keras import layers

    inputs = keras.Input(input_shape, dtype="uint8")
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    x = layers.Resizing(96, 96)(x)
    x = layers.Concatenate()([x, x, x])
    x = layers.Rescaling(127.5, offset=[127.5 - mean for mean in BGR_MEANS])(x)  # pyright: ignore[reportArgumentType] # inferred from Keras's scalar default
    backbone = keras.applications.ResNet50(include_top=False, weights=None, input_tensor=x)  # pyright: ignore[reportArgumentType] # untyped default in Keras
    return keras.Model(inputs, head(backbone.output, num_classes, dropout=0.4), name="resnet50")


ARCHITECTURES.register(
    Architecture(
        name="resnet50",
        build=build,
        summary="Sixteen bottleneck blocks pretrained on ImageNet; slow without a GPU.",
        reference="He et al. 2015, arXiv 1512.03385; weights of keras.applications",
        imagenet="ResNet50",
    )
)
