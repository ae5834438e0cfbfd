"""BackupAndRestore: a run that was killed goes on where it was, to the same bits."""

import os
import shutil
import zipfile

import numpy as np

from keraunos.callbacks.callback import Callback
from keraunos.saving.atomic import replacing


class BackupAndRestore(Callback):
    """Keeps a backup of everything that training changes; the next `fit` with the same folder resumes from it.

    Args:
        backup_dir: folder for the backup; it is emptied when `fit` ends well.
        save_freq: "epoch", or a number of batches.
        double_checkpoint: whether to keep the backup before the last one too.
        delete_checkpoint: whether to delete the backup when `fit` ends well.

    The order of the data depends on the seed and the epoch alone, so with `utils.set_random_seed` a resumed run ends
    with the same weights as one that was never interrupted. A backup in the middle of an epoch resumes at the start
    of that epoch's remaining batches.

    Example:

    >>> import keraunos as keras
    >>> backup = keras.callbacks.BackupAndRestore("backup")
    """

    def __init__(self, backup_dir, save_freq="epoch", double_checkpoint=False, delete_checkpoint=True):
        super().__init__()
        if not backup_dir:
            raise ValueError("[backup_and_restore] backup_dir must not be empty")
        if save_freq != "epoch" and (isinstance(save_freq, bool) or not isinstance(save_freq, int) or save_freq < 1):
            raise ValueError(
                f"[backup_and_restore] save_freq must be 'epoch' or a number of batches, got {save_freq!r}"
            )
        self.backup_dir, self.save_freq = os.fspath(backup_dir), save_freq
        self.double_checkpoint, self.delete_checkpoint = double_checkpoint, delete_checkpoint
        self._path = os.path.join(self.backup_dir, "latest.npz")
        self._batches = 0
        self._epoch = 0

    def needs_hook(self, hook):
        """Batches are looked at only when backups go by them."""
        return self.save_freq != "epoch" if hook == "on_train_batch_end" else None

    def on_train_begin(self, logs=None):
        state = self._read()
        if state is None:
            return
        optimizer = self.model.optimizer
        if not optimizer.built:
            optimizer.build(self.model.trainable_weights)
        for key, variable in self._variables().items():
            if key not in state or state[key].shape != variable.shape:
                raise ValueError(
                    f"[backup_and_restore] {self._path} does not fit this model at {key}; "
                    "remove the folder to start over"
                )
        for key, variable in self._variables().items():
            variable.assign(state[key])
        self.model._resume_at = (int(state["epoch"]), int(state["batch"]))

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        self._batches += 1
        if self.save_freq != "epoch" and self._batches % self.save_freq == 0:
            self._write(self._epoch, batch + 1)

    def on_epoch_end(self, epoch, logs=None):
        self._write(epoch + 1, 0)

    def on_train_end(self, logs=None):
        if self.delete_checkpoint and os.path.isdir(self.backup_dir):
            shutil.rmtree(self.backup_dir)

    def _variables(self):
        model = self.model
        found = {f"model/{i}": v for i, v in enumerate(model.variables)}
        found.update({f"optimizer/{i}": v for i, v in enumerate(model.optimizer.variables)})
        metrics = [v for metric in model.metrics for v in metric.variables]
        return {**found, **{f"metrics/{i}": v for i, v in enumerate(metrics)}}

    def _write(self, epoch, batch):
        arrays = {key: v.numpy() for key, v in self._variables().items()}
        if self.double_checkpoint and os.path.exists(self._path):
            shutil.copy2(self._path, os.path.join(self.backup_dir, "previous.npz"))
        with replacing(self._path) as temporary, open(temporary, "wb") as file:
            np.savez(file, epoch=np.int64(epoch), batch=np.int64(batch), **arrays)

    def _read(self):
        if not os.path.exists(self._path):
            return None
        try:
            with np.load(self._path, allow_pickle=False) as archive:
                return {key: archive[key] for key in archive.files}
        except (OSError, EOFError, ValueError, zipfile.BadZipFile) as error:
            raise ValueError(
                f"[backup_and_restore] {self._path} cannot be read ({error}); remove it to start over"
            ) from None
