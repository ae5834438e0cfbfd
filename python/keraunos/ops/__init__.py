"""`keras.ops`: tensor functions with the names and rules of Keras 3, composed of the primitives of the graph layer."""

from keraunos.ops.core import *  # noqa: F403
from keraunos.ops.math import *  # noqa: F403
from keraunos.ops.nn import *  # noqa: F403
from keraunos.ops.numpy import *  # noqa: F403
