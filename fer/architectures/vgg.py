"""VGG at full width: four stages of two 3x3 convolutions, 64 to 512 channels, and global average pooling."""

from fer.architectures import ARCHITECTURES, Architecture


def build(input_shape, num_classes):
    import keras
    from keras import layers

    inputs = keras.Input(input_shape, dtype="uint8")
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    for width in (64, 128, 256, 512):
        for _ in range(2):
            x = layers.Conv2D(width, 3, padding="same", use_bias=False, kernel_initializer="he_normal")(x)
            x = layers.BatchNormalization()(x)
            x = layers.ReLU()(x)
        if width < 512:
            x = layers.MaxPooling2D()(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.4)(x)
    return keras.Model(inputs, layers.Dense(num_classes)(x), name="vgg")


ARCHITECTURES.register(
    Architecture(
        name="vgg",
        build=build,
        summary="Eight 3x3 convolutions with batch norm, 64 to 512 wide.",
        reference="Simonyan & Zisserman 2014, arXiv 1409.1556; widths after Khaireddin & Chen 2021, arXiv 2105.03588",
    )
)
