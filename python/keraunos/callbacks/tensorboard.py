"""TensorBoard: metrics, weights and embeddings of a training as TensorBoard shows them."""

import os
import time
import warnings

import numpy as np

from keraunos import config
from keraunos.callbacks.callback import Callback
from keraunos.callbacks.event_files import EventFile
from keraunos.saving.atomic import replacing


class TensorBoard(Callback):
    """Writes event files; look at them with `tensorboard --logdir logs`. Needs `pip install keraunos[tensorboard]`.

    Args:
        log_dir: folder; training goes to `train` in it, validation to `validation`.
        histogram_freq: epochs from one histogram of all weights to the next; 0: none.
        write_graph: whether to write the layers of the model for the graph page.
        write_images: whether to write weights as pictures with their histograms; the least value is black.
        write_steps_per_second: whether to write how fast training goes.
        update_freq: "epoch"; or write losses and metrics of batches, too: every one ("batch"), or every so many (int).
        profile_batch: left aside, with a warning: there is no profiler.
        embeddings_freq: epochs from one copy of the embeddings for the projector page to the next; 0: none.
        embeddings_metadata: file with a line for every row of an embedding, or a dict of layer name -> file.

    Tags are those of Keras: `epoch_loss`, `epoch_learning_rate`, `epoch_steps_per_second`, `batch_loss`,
    `batch_steps_per_second`, `evaluation_loss_vs_iterations`, `<weight>/histogram`, `<weight>/image`. Embeddings are
    written as text (`.tsv`), which the projector reads without TensorFlow.

    Raises:
        ValueError: for other values of `update_freq`, and names that no embedding has.
        ImportError: without the package, when the first value is written.

    Example:

    >>> import keraunos as keras
    >>> board = keras.callbacks.TensorBoard("logs", histogram_freq=1, update_freq=100)

    Source: https://keras.io/api/callbacks/tensorboard/
    """

    def __init__(self, log_dir="logs", histogram_freq=0, write_graph=True, write_images=False,
                 write_steps_per_second=False, update_freq="epoch", profile_batch=0, embeddings_freq=0,
                 embeddings_metadata=None):  # fmt: skip
        super().__init__()
        self.update_freq = 1 if update_freq == "batch" else update_freq
        whole = not isinstance(self.update_freq, bool) and hasattr(self.update_freq, "__index__")
        if self.update_freq != "epoch" and not (whole and self.update_freq >= 1):
            raise ValueError(f"[tensorboard] update_freq must be 'epoch', 'batch' or a number, got {update_freq!r}")
        if profile_batch:
            warnings.warn("[tensorboard] there is no profiler; profile_batch is left aside", stacklevel=2)
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq, self.write_graph, self.write_images = histogram_freq, write_graph, write_images
        self.write_steps_per_second = write_steps_per_second
        self.embeddings_freq, self.embeddings_metadata = embeddings_freq, embeddings_metadata
        self._train = EventFile(os.path.join(self.log_dir, "train"))
        self._validation = EventFile(os.path.join(self.log_dir, "validation"))
        self._batches, self._training = 0, False

    def needs_hook(self, hook):
        """Batches of training are looked at only when they are written."""
        return self.update_freq != "epoch" if hook.startswith("on_train_batch") else None

    def on_train_begin(self, logs=None):
        self._batches, self._training = 0, True
        if self.write_graph:
            self._write_model()
        if self.embeddings_freq:
            self._describe_embeddings()

    def on_train_end(self, logs=None):
        self._training = False
        self._train.close()
        self._validation.close()

    def on_train_batch_begin(self, batch, logs=None):
        self._batches += 1
        self._batch_start = time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        if self._batches % self.update_freq:
            return
        if self.write_steps_per_second:
            speed = 1 / (time.perf_counter() - self._batch_start)
            self._train.scalar("batch_steps_per_second", speed, self._batches)
        _write(self._train, "batch_", logs, self._batches)

    def on_test_end(self, logs=None):
        iterations = getattr(self.model.optimizer, "iterations", None)
        if iterations is not None:
            numbers = {f"{name}_vs_iterations": value for name, value in (logs or {}).items()}
            _write(self._validation, "evaluation_", numbers, int(iterations))
        if not self._training:
            self._validation.close()

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch_start = time.perf_counter(), self._iterations()

    def on_epoch_end(self, epoch, logs=None):
        logs = dict(logs or {})
        training = {name: value for name, value in logs.items() if not name.startswith("val_")}
        training.update(self._rates())
        if self.write_steps_per_second:
            start, before = self._epoch_start
            training["steps_per_second"] = (self._iterations() - before) / (time.perf_counter() - start)
        _write(self._train, "epoch_", training, epoch)
        validation = {name.removeprefix("val_"): v for name, v in logs.items() if name.startswith("val_")}
        _write(self._validation, "epoch_", validation, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_weights(epoch)
        if self.embeddings_freq and epoch % self.embeddings_freq == 0:
            self._write_embeddings()
        self._train.flush()
        self._validation.flush()

    def _iterations(self):
        return int(getattr(self.model.optimizer, "iterations", 0))

    def _rates(self):
        optimizer = getattr(self.model.optimizer, "inner_optimizer", self.model.optimizer)
        if hasattr(optimizer, "optimizers"):
            return {f"learning_rate_{one.name}": float(one.learning_rate) for one in optimizer.optimizers}
        return {} if optimizer is None else {"learning_rate": float(optimizer.learning_rate)}

    def _write_model(self):
        try:
            self._train.model("keras", self.model.to_json())
        except (ValueError, TypeError, NotImplementedError) as error:
            warnings.warn(f"[tensorboard] the model has no description, so no graph: {error}", stacklevel=2)

    def _write_weights(self, epoch):
        for weight in self.model.weights:
            values = np.asarray(weight.numpy(), np.float32)
            self._train.histogram(f"{weight.path}/histogram", values, epoch)
            pictures = as_pictures(values) if self.write_images else None
            if pictures is not None:
                self._train.images(f"{weight.path}/image", pictures, epoch)

    def _embeddings(self):
        """{name: layer} of the layers that are embeddings."""
        layers = self.model._flatten_layers()
        return {layer.name: layer for layer in layers if hasattr(layer, "embeddings") and layer.built}

    def _describe_embeddings(self):
        """Writes what the projector page reads first: which files belong together."""
        layers, metadata = self._embeddings(), self.embeddings_metadata
        unknown = set(metadata) - set(layers) if isinstance(metadata, dict) else ()
        if unknown:
            raise ValueError(
                f"[tensorboard] embeddings_metadata: there is no embedding {sorted(unknown)[0]!r}, only {list(layers)}"
            )
        entries = []
        for name in layers:
            file = metadata.get(name) if isinstance(metadata, dict) else metadata
            lines = [f'tensor_name: "{name}"', f'tensor_path: "{_file_of(name)}"']
            lines += [f'metadata_path: "{os.fspath(file)}"'] if file is not None else []
            entries.append("embeddings {\n" + "".join(f"  {line}\n" for line in lines) + "}\n")
        self._write_text("projector_config.pbtxt", "".join(entries))

    def _write_embeddings(self):
        for name, layer in self._embeddings().items():
            rows = np.asarray(layer.embeddings.numpy(), np.float32)
            self._write_text(_file_of(name), "".join("\t".join(map(str, row)) + "\n" for row in rows.tolist()))

    def _write_text(self, name, text):
        with replacing(os.path.join(self.log_dir, name)) as temporary, open(temporary, "w") as file:
            file.write(text)


def _file_of(name):
    return f"{name.replace('/', '_')}.tsv"


def _write(file, prefix, logs, step):
    for name, value in (logs or {}).items():
        if np.ndim(value) == 0:
            file.scalar(f"{prefix}{name}", value, step)


def as_pictures(values):
    """A weight as uint8 pictures `(N, H, W, C)`, as Keras arranges them: vectors as a line, matrices lying, kernels of
    one input channel (or of one dimension) a picture per filter; None for others. Values are stretched over black to
    white."""
    values = np.squeeze(values)
    if values.ndim == 1:
        values = values[None, None, :, None]
    elif values.ndim == 2:
        values = (values.T if values.shape[0] > values.shape[1] else values)[None, :, :, None]
    elif values.ndim == 3:
        last = config.image_data_format() == "channels_last"
        values = (values.transpose(2, 0, 1) if last else values)[..., None]
    if values.ndim != 4 or values.shape[-1] not in (1, 3, 4) or not values.size or not np.isfinite(values).all():
        return None
    low, high = values.min(), values.max()
    return ((values - low) * (255 / (high - low) if high > low else 0)).astype(np.uint8)
