"""Intersection over union of classes, from a confusion matrix."""

from keraunos import config, ops
from keraunos.metrics.metric import Metric


class IoU(Metric):
    """`TP / (TP + FP + FN)` of the target classes, averaged over those that occur.

    Args:
        num_classes: number of classes C.
        target_class_ids: classes that count.
        name: see `Metric`.
        dtype: dtype of the confusion matrix; default int64.
        ignore_class: label whose samples do not count.
        sparse_y_true, sparse_y_pred: whether labels and predictions are class numbers, else one-hot or scores.
        axis: axis of classes of what is not a class number.

    Raises:
        ValueError: for target classes out of range.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.metrics.IoU(2, [0])([0, 0, 1, 1], [0, 1, 0, 1])), 4)
    0.3333
    """

    def __init__(
        self,
        num_classes,
        target_class_ids,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        super().__init__(name=name, dtype=dtype or "int64")
        if max(target_class_ids) >= num_classes or min(target_class_ids) < 0:
            raise ValueError(
                f"[{self.name}] target_class_ids must be in [0, {num_classes}), got {list(target_class_ids)}"
            )
        self.num_classes = num_classes
        self.target_class_ids = list(target_class_ids)
        self.ignore_class = ignore_class
        self.sparse_y_true = sparse_y_true
        self.sparse_y_pred = sparse_y_pred
        self.axis = axis
        self.total_cm = self.add_variable((num_classes, num_classes), "zeros", name="total_confusion_matrix")

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds labels and predictions; class numbers out of range do not count."""
        y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
        if not self.sparse_y_true:
            y_true = ops.argmax(y_true, axis=self.axis)
        if not self.sparse_y_pred:
            y_pred = ops.argmax(y_pred, axis=self.axis)
        y_true = ops.reshape(ops.cast(y_true, "int32"), (-1,))
        y_pred = ops.reshape(ops.cast(y_pred, "int32"), (-1,))
        valid = ops.logical_and(
            ops.logical_and(y_true >= 0, y_true < self.num_classes),
            ops.logical_and(y_pred >= 0, y_pred < self.num_classes),
        )
        if self.ignore_class is not None:
            valid = ops.logical_and(valid, ops.not_equal(y_true, self.ignore_class))
        weight = ops.cast(1 if sample_weight is None else ops.convert_to_tensor(sample_weight), self.dtype)
        weight = ops.broadcast_to(ops.reshape(weight, (-1,)), y_true.shape)
        weight = ops.where(valid, weight, ops.zeros((), dtype=self.dtype))
        cell = ops.where(valid, y_true * self.num_classes + y_pred, 0)
        matrix = ops.segment_sum(weight, cell, self.num_classes**2)
        self.total_cm.assign_add(ops.reshape(matrix, (self.num_classes, self.num_classes)))

    def result(self):
        matrix = ops.cast(self.total_cm, "float32")
        hits = ops.sum(matrix * ops.eye(self.num_classes), axis=0)
        union = ops.sum(matrix, axis=0) + ops.sum(matrix, axis=1) - hits
        chosen = ops.convert_to_tensor(self.target_class_ids, dtype="int32")
        hits, union = ops.take(hits, chosen, axis=0), ops.take(union, chosen, axis=0)
        occurs = ops.cast(union > 1e-9, "float32")
        total = ops.sum(occurs * hits / (union + config.epsilon()))
        return total / (ops.sum(occurs) + config.epsilon())

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "target_class_ids": self.target_class_ids,
            "ignore_class": self.ignore_class,
            "sparse_y_true": self.sparse_y_true,
            "sparse_y_pred": self.sparse_y_pred,
            "axis": self.axis,
        }

    def _selected_config(self, *names):
        config = IoU.get_config(self)
        return {name: config[name] for name in ("name", "dtype", *names)}


class BinaryIoU(IoU):
    """Intersection over union of the classes 0 and 1, scores at or above `threshold` being 1.

    Args:
        target_class_ids: classes that count.
        threshold: what makes a score class 1.
        name, dtype: see `IoU`.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.metrics.BinaryIoU()([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7])), 4)
    0.5833
    """

    def __init__(self, target_class_ids=(0, 1), threshold=0.5, name=None, dtype=None):
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = threshold

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds labels 0 and 1 and scores."""
        y_pred = ops.cast(ops.cast(ops.convert_to_tensor(y_pred), "float32") >= self.threshold, "int32")
        super().update_state(y_true, y_pred, sample_weight)

    def get_config(self):
        return {**self._selected_config("target_class_ids"), "threshold": self.threshold}


class MeanIoU(IoU):
    """Intersection over union, averaged over the classes that occur.

    Args:
        num_classes, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis: see `IoU`.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.metrics.MeanIoU(2)([0, 0, 1, 1], [0, 1, 0, 1])), 4)
    0.3333
    """

    def __init__(
        self,
        num_classes,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        super().__init__(num_classes, range(num_classes), name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)

    def get_config(self):
        return self._selected_config("num_classes", "ignore_class", "sparse_y_true", "sparse_y_pred", "axis")


class OneHotIoU(IoU):
    """Intersection over union of the target classes, from one-hot labels.

    Args:
        num_classes, target_class_ids, name, dtype, ignore_class, sparse_y_pred, axis: see `IoU`.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.metrics.OneHotIoU(2, [0])([[1, 0], [0, 1]], [[0.9, 0.1], [0.6, 0.4]])), 4)
    0.5
    """

    def __init__(
        self, num_classes, target_class_ids, name=None, dtype=None, ignore_class=None, sparse_y_pred=False, axis=-1
    ):
        super().__init__(num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self):
        return self._selected_config("num_classes", "target_class_ids", "ignore_class", "sparse_y_pred", "axis")


class OneHotMeanIoU(MeanIoU):
    """Intersection over union, averaged over the classes that occur, from one-hot labels.

    Args:
        num_classes, name, dtype, ignore_class, sparse_y_pred, axis: see `IoU`.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.metrics.OneHotMeanIoU(2)([[1, 0], [0, 1]], [[0.9, 0.1], [0.6, 0.4]])), 4)
    0.25
    """

    def __init__(self, num_classes, name=None, dtype=None, ignore_class=None, sparse_y_pred=False, axis=-1):
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self):
        return self._selected_config("num_classes", "ignore_class", "sparse_y_pred", "axis")
