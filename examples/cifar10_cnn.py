"""CIFAR-10 with a small convolutional network, from image files in folders.

    python examples/cifar10_cnn.py [--data FOLDER_OR_ZIP] [--source folder|arrays] [--epochs 10]

The data is a folder with train/<class>/*.jpg and test/<class>/*.jpg, or a zip file of it, which is unpacked first.
`--source arrays` loads the whole set through `keras.datasets.cifar10` instead. The network is that of TensorFlow's
tutorial, https://www.tensorflow.org/tutorials/images/cnn, with dropout before the dense layers.
"""

import argparse
import os
import pathlib
import tempfile
import time
import zipfile

import keraunos as keras
import numpy as np

SHARED = pathlib.Path(__file__).resolve().parent.parent.parent / "shared" / "data"
NAME = "cifar10-jpeg.zip"

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--data", type=pathlib.Path, help=f"folder, or {NAME}; default: KERAUNOS_DATASETS/{NAME}")
parser.add_argument("--source", choices=["folder", "arrays"], default="folder")
parser.add_argument("--unpack", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()) / "cifar10-jpeg")
parser.add_argument("--epochs", type=int, default=10)
parser.add_argument("--batch-size", type=int, default=32)
options = parser.parse_args()


def tree():
    """The folder that holds train/ and test/."""
    own = options.data or os.environ.get("KERAUNOS_DATASETS")
    places = [pathlib.Path(own)] if own else [SHARED]
    found = next((p for place in places for p in (place / NAME, place) if p.is_file() or (p / "train").is_dir()), None)
    if found is None:
        parser.error("no pictures found; say where they are with --data")
    if found.is_file():
        if not options.unpack.exists():
            print("unpacking", found, "to", options.unpack)
            # Under another name until it is whole.
            part = options.unpack.with_name(f"{options.unpack.name}.part")
            with zipfile.ZipFile(found) as archive:
                archive.extractall(part)
            part.rename(options.unpack)
        found = options.unpack
    return next(folder.parent for folder in sorted(found.rglob("train")))


# Load.
keras.utils.set_random_seed(1)
start = time.perf_counter()
if options.source == "folder":
    folder = tree()
    read = {"image_size": (32, 32), "batch_size": None}
    pictures = keras.utils.image_dataset_from_directory(folder / "train", **read)
    class_names = pictures.class_names
    # Every file is decoded once, in random order, while the first epoch runs; then pictures stay in memory, one byte
    # per value. Training begins when the buffer of shuffle() is full: a small one will do.
    train = pictures.cache().shuffle(2000).batch(options.batch_size).prefetch(keras.data.AUTOTUNE)
    test = keras.utils.image_dataset_from_directory(folder / "test", shuffle=False, **read).cache().batch(200)
    fit_arguments, steps = {"x": train}, len(train)
else:
    (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
    class_names = list(keras.datasets.cifar10.CLASS_NAMES)
    fit_arguments = {"x": x_train, "y": y_train, "batch_size": options.batch_size}
    steps = -(-len(x_train) // options.batch_size)
    test = keras.data.Dataset.from_tensor_slices((x_test, y_test)).batch(200)
print(f"{len(class_names)} classes: {', '.join(class_names)}; ready after {time.perf_counter() - start:.1f} s")

# Build.
model = keras.Sequential([
    keras.Input(shape=(32, 32, 3)),
    keras.layers.Rescaling(1 / 255),
    keras.layers.Conv2D(32, 3, activation="relu"),
    keras.layers.MaxPooling2D(2),
    keras.layers.Conv2D(64, 3, activation="relu"),
    keras.layers.MaxPooling2D(2),
    keras.layers.Conv2D(64, 3, activation="relu"),
    keras.layers.Flatten(),
    keras.layers.Dropout(0.3),
    keras.layers.Dense(64, activation="relu"),
    keras.layers.Dense(len(class_names), activation="softmax"),
])  # fmt: skip
model.summary()

# Train: the learning rate falls along half a cosine, which brings about 2 points of accuracy.
rate = keras.optimizers.schedules.CosineDecay(1e-3, options.epochs * steps)
model.compile(keras.optimizers.Adam(rate), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
start = time.perf_counter()
history = model.fit(**fit_arguments, epochs=options.epochs, validation_data=test)
seconds = time.perf_counter() - start
shares, times = history.data_wait, history.seconds
waits = {"first epoch": shares[0], "later epochs": np.mean(shares[1:] or [0])}
waits["all the time"] = np.average(shares, weights=times)
print(f"trained {options.epochs} epochs in {seconds:.1f} s")
print("waited for data:", ", ".join(f"{name} {share:.1%}" for name, share in waits.items()))

# Evaluate and predict.
loss, accuracy = model.evaluate(test)
print(f"test loss {loss:.4f}, test accuracy {accuracy:.4f}")
images, labels = next(iter(test))
predicted = model.predict(images.numpy()[:5]).argmax(-1)
print("predicted:", [class_names[i] for i in predicted])
print("labels:   ", [class_names[int(i)] for i in labels.numpy()[:5].reshape(-1)])
