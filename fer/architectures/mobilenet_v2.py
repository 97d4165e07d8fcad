"""MobileNetV2 from ImageNet, on faces enlarged to 96x96."""

from fer.architectures import ARCHITECTURES, BACKBONE, Architecture


def build(input_shape, num_classes):
    import keras
    from keras import layers

    inputs = keras.Input(input_shape, dtype="uint8")
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    x = layers.Resizing(96, 96)(x)
    x = layers.Concatenate()([x, x, x])
    backbone = keras.applications.MobileNetV2(include_top=False, weights=None, input_tensor=x)
    x = layers.Identity(name=BACKBONE)(backbone.output)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.3)(x)
    return keras.Model(inputs, layers.Dense(num_classes)(x), name="mobilenet_v2")


ARCHITECTURES.register(
    Architecture(
        name="mobilenet_v2",
        build=build,
        summary="Depthwise blocks that begin with ImageNet's weights; light to run, slow to train on a CPU.",
        reference="Sandler et al. 2018, arXiv 1801.04381; weights of keras.applications",
        imagenet="MobileNetV2",
    )
)
