"""`keras.mixed_precision`: older names of `keras.config.set_dtype_policy` and what belongs to it."""

from keraunos.dtype_policies import DTypePolicy, dtype_policy, set_dtype_policy
from keraunos.optimizers.loss_scale_optimizer import LossScaleOptimizer

Policy = DTypePolicy
global_policy = dtype_policy
set_global_policy = set_dtype_policy

__all__ = [
    "DTypePolicy",
    "LossScaleOptimizer",
    "Policy",
    "dtype_policy",
    "global_policy",
    "set_dtype_policy",
    "set_global_policy",
]
