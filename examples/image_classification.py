"""Image classification from one's own photos, the whole way: collect, prepare, train, judge, tune, save, use.

    python examples/image_classification.py --data FOLDER [--out FOLDER] [--photo FILE]

FOLDER holds one folder of photos per class: FOLDER/cat/..., FOLDER/dog/... Needs Pillow; with Matplotlib and h5py
also learning curves, a picture of the confusion matrix, and a weights file.
"""

import argparse
import collections
import pathlib

import keraunos as keras
import numpy as np

SHARED = pathlib.Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "pets"

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--data", type=pathlib.Path, default=SHARED, help="folder with one folder of photos per class")
parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("image_classification"), help="for results")
parser.add_argument("--photo", type=pathlib.Path, help="a photo to classify; default: one of the test photos")
parser.add_argument("--size", type=int, default=96, help="height and width of the pictures in pixels")
parser.add_argument("--epochs", type=int, default=30)
parser.add_argument("--batch-size", type=int, default=8)
options = parser.parse_args()
keras.utils.set_random_seed(7)


# 1. Collect: list the files, count them, name the broken ones (one warning).
print("== collect ==")
size = (options.size, options.size)
train, rest = keras.utils.image_dataset_from_directory(
    options.data, image_size=size, batch_size=None, validation_split=0.3, subset="both", seed=7
)
class_names = train.class_names
photos = [pathlib.Path(path).relative_to(options.data) for path in train.file_paths + rest.file_paths]
print("files per class:", dict(sorted(collections.Counter(photo.parts[0] for photo in photos).items())))

# 2. Prepare: 70 % to learn from, 15 % to choose by, 15 % to judge by. Photos are decoded once and kept in memory.
print("== prepare ==")
half = len(rest) // 2
paths = {"train": train.file_paths, "validation": rest.file_paths[:half], "test": rest.file_paths[half:]}
print("split:", {name: len(files) for name, files in paths.items()})
train_batches = train.cache().shuffle(len(train)).batch(options.batch_size)
validation_batches = rest.take(half).cache().batch(options.batch_size)
test_batches = rest.skip(half).cache().batch(options.batch_size)

# 3. Augment and build: pictures are varied while training only, then scaled to 0..1.
print("== build ==")


def build(dropout):
    """The network."""
    return keras.Sequential([
        keras.Input(shape=(*size, 3)),
        keras.layers.RandomFlip("horizontal"),
        keras.layers.RandomRotation(0.1),
        keras.layers.RandomZoom(0.1),
        keras.layers.Rescaling(1 / 255),
        keras.layers.Conv2D(16, 3, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Conv2D(32, 3, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Conv2D(64, 3, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Flatten(),
        keras.layers.Dropout(dropout),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(len(class_names), activation="softmax"),
    ])  # fmt: skip


def train_one(dropout, learning_rate, epochs, verbose):
    """A model trained until the validation loss stops falling, and its history."""
    model = build(dropout)
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=5, restore_best_weights=True)
    history = model.fit(
        train_batches, validation_data=validation_batches, epochs=epochs, callbacks=[stop], verbose=verbose
    )
    return model, history


# 4. Tune: short trainings with a few settings; the lowest validation loss wins.
print("== tune ==")
settings = [(0.3, 1e-3), (0.5, 1e-3), (0.5, 3e-4)]
losses = []
for dropout, rate in settings:
    _, history = train_one(dropout, rate, max(1, options.epochs // 3), verbose=0)
    losses.append(min(history.history["val_loss"]))
    print(f"dropout {dropout}, learning rate {rate:g}: validation loss {losses[-1]:.4f}")
best = settings[int(np.argmin(losses))]
print(f"best: dropout {best[0]}, learning rate {best[1]:g}")

# 5. Train.
print("== train ==")
model, history = train_one(*best, options.epochs, verbose=2)
model.summary()
share = np.average(history.data_wait, weights=history.seconds)
print(f"epochs run: {len(history.epoch)}; waited for data: {share:.1%} of the time")

# 6. Judge.
print("== evaluate ==")
loss, accuracy = model.evaluate(test_batches, verbose=0)
labels = np.concatenate([y for _, y in test_batches.as_numpy_iterator()])
predicted = model.predict(test_batches, verbose=0).argmax(-1)
confusion = np.zeros((len(class_names),) * 2, int)
np.add.at(confusion, (labels, predicted), 1)
right = np.diag(confusion)
precision = right / np.maximum(confusion.sum(0), 1)
recall = right / np.maximum(confusion.sum(1), 1)
f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
print(f"test loss {loss:.4f}, test accuracy {accuracy:.4f}")
for i, name in enumerate(class_names):
    print(f"{name}: precision {precision[i]:.2f}, recall {recall[i]:.2f}, F1 {f1[i]:.2f}, photos {confusion[i].sum()}")
print("confusion matrix (rows: truth, columns: prediction):")
print(confusion)

# 7. Save, and load into a fresh model.
print("== save ==")
options.out.mkdir(parents=True, exist_ok=True)
try:
    model.save_weights(options.out / "model.weights.h5")
    copy = build(best[0])
    copy.load_weights(options.out / "model.weights.h5")
    same = (copy.predict(test_batches, verbose=0) == model.predict(test_batches, verbose=0)).all()
    print("saved model.weights.h5; the loaded model predicts the same:", bool(same))
except ImportError as error:
    print(error)
try:
    history.plot().savefig(options.out / "learning_curves.png")
    import matplotlib.pyplot as pyplot

    figure, axis = pyplot.subplots(layout="constrained")
    axis.imshow(confusion, cmap="Blues")
    for (row, column), count in np.ndenumerate(confusion):
        axis.text(column, row, count, ha="center", va="center")
    axis.set(xlabel="predicted", ylabel="true")
    axis.set_xticks(range(len(class_names)), class_names)
    axis.set_yticks(range(len(class_names)), class_names)
    figure.savefig(options.out / "confusion_matrix.png")
    print("saved learning_curves.png and confusion_matrix.png")
except ImportError as error:
    print(error)

# 8. Use.
print("== predict ==")
photo = options.photo or paths["test"][0]
image = keras.utils.load_img(photo, target_size=size, interpolation="bilinear")
probabilities = model.predict(keras.utils.img_to_array(image)[None], verbose=0)[0]
print(pathlib.Path(photo).name, "->", class_names[probabilities.argmax()], f"({probabilities.max():.0%})")
