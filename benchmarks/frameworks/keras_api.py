"""What keraunos and Keras share: `Sequential.fit` and `Sequential.predict`."""

from benchmarks import layers

OPTIMIZERS = {"sgd": "SGD", "adam": "Adam"}


def _build(keras, layer):
    match layer:
        case layers.Dense():
            return keras.layers.Dense(layer.units, activation=layer.activation)
        case layers.Conv():
            activation = None if layer.plain else "relu"
            return keras.layers.Conv2D(
                layer.filters, 3, padding=layer.padding, use_bias=not layer.plain, activation=activation
            )
        case layers.BatchNorm():
            return keras.layers.BatchNormalization()
        case layers.ReLU():
            return keras.layers.ReLU()
        case layers.MaxPool():
            return keras.layers.MaxPooling2D()
        case layers.GlobalAveragePool():
            return keras.layers.GlobalAveragePooling2D()
        case layers.Flatten():
            return keras.layers.Flatten()
        case layers.Dropout():
            return keras.layers.Dropout(layer.rate)


class Runner:
    """`keras` is the module whose API it is."""

    def __init__(self, keras, workload, data):
        self.workload = workload
        self.x, self.y = data
        self.model = keras.Sequential([keras.Input(workload.shape), *(_build(keras, la) for la in workload.layers)])
        optimizer = getattr(keras.optimizers, OPTIMIZERS[workload.optimizer])(workload.rate)
        self.model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
        for layer, arrays in zip((la for la in self.model.layers if la.weights), workload.weights(), strict=True):
            layer.set_weights(arrays)

    def losses(self, steps):
        batch = self.workload.batch
        rows = [slice(i * batch, (i + 1) * batch) for i in range(steps)]
        return [float(self.model.train_on_batch(self.x[r], self.y[r], return_dict=True)["loss"]) for r in rows]

    def fit(self):
        self.model.fit(self.x, self.y, batch_size=self.workload.batch, epochs=self.workload.epochs, verbose=0)

    def predict(self, rows):
        return self.model.predict(self.x[:rows], batch_size=rows, verbose=0)
