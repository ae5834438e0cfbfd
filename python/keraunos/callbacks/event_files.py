"""Event files, which TensorBoard shows, through the package tensorboard: `pip install keraunos[tensorboard]`."""

import io
import time

import numpy as np

from keraunos.utils.images import pillow

BUCKETS = 30  # of a histogram, TensorBoard's own number
IMAGES = 3  # of a batch that are kept, TensorFlow's own number


class EventFile:
    """Writes one event file of a folder; it is made when the first value comes.

    Args:
        folder: path of the folder, which TensorBoard calls a run.
    """

    def __init__(self, folder):
        self._folder, self._writer = folder, None

    def scalar(self, tag, value, step):
        """A number."""
        self._add(tag, np.float32(value), step, "scalars")

    def histogram(self, tag, values, step):
        """How the finite elements of an array are spread: `(buckets, 3)` of left edge, right edge, count."""
        values = np.asarray(values, np.float64).reshape(-1)
        self._add(tag, buckets(values[np.isfinite(values)]), step, "histograms")

    def images(self, tag, batch, step):
        """Grey or colour pictures, uint8 `(N, H, W, C)`; the first few of them."""
        height, width = batch.shape[1:3]
        encoded = []
        for picture in batch[:IMAGES]:
            file = io.BytesIO()
            pillow().fromarray(picture[..., 0] if picture.shape[-1] == 1 else picture).save(file, "PNG")
            encoded.append(file.getvalue())
        self._add(tag, np.array([str(width).encode(), str(height).encode(), *encoded], object), step, "images")

    def model(self, tag, text):
        """A model as JSON, whose layers TensorBoard's graph page shows."""
        self._add(tag, np.array(text.encode(), object), 0, "graph_keras_model", b"1")

    def flush(self):
        """Writes what waits."""
        if self._writer is not None:
            self._writer.flush()

    def close(self):
        """Ends the file; the next value begins another."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _add(self, tag, value, step, plugin, content=b""):
        parts = _tensorboard()
        metadata = parts.SummaryMetadata(plugin_data={"plugin_name": plugin, "content": content})
        summary = parts.Summary()
        summary.value.add(tag=tag, metadata=metadata, tensor=parts.make_tensor_proto(value))
        if self._writer is None:
            self._writer = parts.EventFileWriter(self._folder)
        self._writer.add_event(parts.Event(wall_time=time.time(), step=int(step), summary=summary))


def buckets(values):
    """`(BUCKETS, 3)` of left edge, right edge, count; equal values lie in the last bucket, no values are zeros."""
    if not values.size:
        return np.zeros((BUCKETS, 3))
    low, high = values.min(), values.max()
    if low == high:
        counts = np.zeros(BUCKETS)
        counts[-1] = values.size
        return np.stack([np.full(BUCKETS, low), np.full(BUCKETS, high), counts], axis=1)
    edges = np.linspace(low, high, BUCKETS + 1)
    return np.stack([edges[:-1], edges[1:], np.histogram(values, edges)[0]], axis=1)


class _Parts:
    """What is used of tensorboard."""

    def __init__(self):
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
        from tensorboard.summary.writer.event_file_writer import EventFileWriter
        from tensorboard.util.tensor_util import make_tensor_proto

        self.Event, self.Summary, self.SummaryMetadata = Event, Summary, SummaryMetadata
        self.EventFileWriter, self.make_tensor_proto = EventFileWriter, make_tensor_proto


_parts = []


def _tensorboard():
    if not _parts:
        try:
            _parts.append(_Parts())
        except ImportError:
            raise ImportError("[tensorboard] this needs tensorboard: pip install keraunos[tensorboard]") from None
    return _parts[0]
