"""Callbacks: hooks into training."""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "Callback": "callback",
        "CallbackList": "callback_list",
        "History": "history",
        "ProgbarLogger": "progbar_logger",
        "EarlyStopping": "early_stopping",
        "LearningRateScheduler": "learning_rate",
        "ReduceLROnPlateau": "learning_rate",
        "ModelCheckpoint": "model_checkpoint",
        "LambdaCallback": "small",
        "TerminateOnNaN": "small",
        "CSVLogger": "csv_logger",
        "BackupAndRestore": "backup_and_restore",
        "SwapEMAWeights": "swap_ema_weights",
        "TensorBoard": "tensorboard",
    },
)
