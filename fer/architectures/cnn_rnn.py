"""A CNN-RNN hybrid: convolutional features read row by row, in both directions, by recurrent layers."""

from fer.architectures import ARCHITECTURES, Architecture


def build(input_shape, num_classes):
    import keras
    from keras import layers

    inputs = keras.Input(input_shape, dtype="uint8")
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    for width in (32, 64, 128):
        for _ in range(2):
            x = layers.Conv2D(width, 3, padding="same", use_bias=False, kernel_initializer="he_normal")(x)
            x = layers.ReLU()(layers.BatchNormalization()(x))
        x = layers.MaxPooling2D()(x)
    rows = layers.Dropout(0.3)(layers.Reshape((6, 6 * 128))(x))
    down = layers.GRU(128, unroll=True)(rows)
    up = layers.GRU(128, unroll=True, go_backwards=True)(rows)
    x = layers.Dropout(0.4)(layers.Concatenate()([down, up]))
    return keras.Model(inputs, layers.Dense(num_classes)(x), name="cnn_rnn")


ARCHITECTURES.register(
    Architecture(
        name="cnn_rnn",
        build=build,
        summary="Six convolutions, then two GRU layers that read the rows top-down and bottom-up.",
        reference="rows as a sequence: Visin et al. 2015, arXiv 1505.00393; GRU: Cho et al. 2014, arXiv 1406.1078",
        any_size=False,
    )
)
