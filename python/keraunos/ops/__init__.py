"""`keras.ops`: tensor functions with the names and rules of Keras 3, composed of the primitives of the graph layer."""

from keraunos.ops import image as image
from keraunos.ops import linalg as linalg
from keraunos.ops import nn as nn
from keraunos.ops import numpy as numpy
from keraunos.ops.angles import *  # noqa: F403
from keraunos.ops.arithmetic import *  # noqa: F403
from keraunos.ops.associative import *  # noqa: F403
from keraunos.ops.control import *  # noqa: F403
from keraunos.ops.convolutions import *  # noqa: F403
from keraunos.ops.core import *  # noqa: F403
from keraunos.ops.counting import *  # noqa: F403
from keraunos.ops.creation import *  # noqa: F403
from keraunos.ops.derivatives import *  # noqa: F403
from keraunos.ops.diagonals import *  # noqa: F403
from keraunos.ops.exponentials import *  # noqa: F403
from keraunos.ops.floats import *  # noqa: F403
from keraunos.ops.frames import *  # noqa: F403
from keraunos.ops.integers import *  # noqa: F403
from keraunos.ops.joining import *  # noqa: F403
from keraunos.ops.linalg import *  # noqa: F403
from keraunos.ops.math import *  # noqa: F403
from keraunos.ops.nans import *  # noqa: F403
from keraunos.ops.nn import *  # noqa: F403
from keraunos.ops.products import *  # noqa: F403
from keraunos.ops.quantiles import *  # noqa: F403
from keraunos.ops.rearrangement import *  # noqa: F403
from keraunos.ops.reductions import *  # noqa: F403
from keraunos.ops.scattering import *  # noqa: F403
from keraunos.ops.segments import *  # noqa: F403
from keraunos.ops.selection import *  # noqa: F403
from keraunos.ops.sets import *  # noqa: F403
from keraunos.ops.shapes import *  # noqa: F403
from keraunos.ops.signals import *  # noqa: F403
from keraunos.ops.statistics import *  # noqa: F403
from keraunos.ops.vectorizing import *  # noqa: F403
from keraunos.ops.windows import *  # noqa: F403
from keraunos.symbolic.function_call import install_operators, make_aware

make_aware(globals())
for _module in (image, linalg, nn, numpy):
    make_aware(vars(_module))
install_operators(globals())
