"""The network of most FER2013 tutorials: four convolutions, dropout, one wide dense layer."""

from fer.architectures import ARCHITECTURES, Architecture


def build(input_shape, num_classes):
    import keras
    from keras import layers

    inputs = keras.Input(input_shape, dtype="uint8")
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    x = layers.Dropout(0.25)(layers.MaxPooling2D()(x))
    x = layers.MaxPooling2D()(layers.Conv2D(128, 3, activation="relu")(x))
    x = layers.MaxPooling2D()(layers.Conv2D(128, 3, activation="relu")(x))
    x = layers.Flatten()(layers.Dropout(0.25)(x))
    x = layers.Dropout(0.5)(layers.Dense(1024, activation="relu")(x))
    return keras.Model(inputs, layers.Dense(num_classes)(x), name="simple_cnn")


ARCHITECTURES.register(
    Architecture(
        name="simple_cnn",
        build=build,
        summary="The usual tutorial network: four convolutions without batch norm and a wide dense layer.",
        reference="https://github.com/atulapra/Emotion-detection",
        any_size=False,
    )
)
