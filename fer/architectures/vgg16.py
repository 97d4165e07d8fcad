"""VGG-16 pretrained on ImageNet, at 48 × 48, without its last pooling and its dense layers."""

from fer.architectures import ARCHITECTURES, BACKBONE, Architecture

BGR_MEANS = 103.939, 116.779, 123.68  # subtracted from ImageNet's images


def head(x, num_classes, *, dropout):
    """The head on a pretrained backbone: normalises first, because features are large and vary in scale."""
    from keras import layers

    x = layers.Identity(name=BACKBONE)(x)
    x = layers.GlobalAveragePooling2D()(layers.BatchNormalization()(x))
    return layers.Dense(num_classes)(layers.Dropout(dropout)(x))


def build(input_shape, num_classes):
    import keras
    from keras import layers

    inputs = keras.Input(input_shape, dtype="uint8")
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    x = layers.Concatenate()([x, x, x])
    x = layers.Rescaling(127.5, offset=[127.5 - mean for mean in BGR_MEANS])(x)  # pyright: ignore[reportArgumentType] # inferred from Keras's scalar default
    backbone = keras.applications.VGG16(include_top=False, weights=None, input_tensor=x)  # pyright: ignore[reportArgumentType] # untyped default in Keras
    outputs = head(backbone.get_layer("block5_conv3").output, num_classes, dropout=0.4)
    return keras.Model(inputs, outputs, name="vgg16")


ARCHITECTURES.register(
    Architecture(
        name="vgg16",
        build=build,
        summary="Thirteen 3x3 convolutions pretrained on ImageNet.",
        reference="Simonyan & Zisserman 2014, arXiv 1409.1556; weights of keras.applications",
        imagenet="VGG16",
    )
)
