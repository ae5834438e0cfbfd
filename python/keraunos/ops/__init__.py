"""`keras.ops`: tensor functions with the names and rules of Keras 3, composed of the primitives of the graph layer."""

from keraunos.ops import image as image
from keraunos.ops.arithmetic import *  # noqa: F403
from keraunos.ops.convolutions import *  # noqa: F403
from keraunos.ops.core import *  # noqa: F403
from keraunos.ops.creation import *  # noqa: F403
from keraunos.ops.math import *  # noqa: F403
from keraunos.ops.nn import *  # noqa: F403
from keraunos.ops.products import *  # noqa: F403
from keraunos.ops.reductions import *  # noqa: F403
from keraunos.ops.shapes import *  # noqa: F403
from keraunos.symbolic.function_call import install_operators, make_aware

make_aware(globals())
make_aware(vars(image))
install_operators(globals())
