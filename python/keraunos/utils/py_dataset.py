"""PyDataset: batches made by Python code, one index at a time."""


class PyDataset:
    """Base class of data sets that make their batches themselves: subclasses implement `__len__` and `__getitem__`.

    Args:
        workers, use_multiprocessing, max_queue_size: accepted for compatibility; batches are made in the training
            thread.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> class Ones(keras.utils.PyDataset):
    ...     def __len__(self):
    ...         return 2
    ...     def __getitem__(self, index):
    ...         return np.ones((4, 3)), np.ones((4, 1))
    >>> model = keras.Sequential([keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> model.fit(Ones(), verbose=0).epoch
    [0]
    """

    def __init__(self, workers=1, use_multiprocessing=False, max_queue_size=10):
        self.workers, self.use_multiprocessing, self.max_queue_size = workers, use_multiprocessing, max_queue_size

    def __len__(self):
        raise NotImplementedError(f"[py_dataset] {type(self).__name__} must implement __len__()")

    def __getitem__(self, index):
        """Batch `index`: (x,), (x, y) or (x, y, sample_weight)."""
        raise NotImplementedError(f"[py_dataset] {type(self).__name__} must implement __getitem__(index)")

    @property
    def num_batches(self):
        """Batches per epoch; None would mean that it is not known."""
        return len(self)

    def set_epoch(self, epoch):
        """Called before every epoch of `fit` with its number, for data sets whose batches follow from it."""

    def on_epoch_begin(self):
        """Called before every epoch."""

    def on_epoch_end(self):
        """Called after every epoch."""
