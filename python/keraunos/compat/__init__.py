"""Running scripts and notebooks that were written for Keras and TensorFlow: their imports lead here.

`python -m keraunos script.py` and `%load_ext keraunos` make `keras`, `tensorflow.keras` and the part of `tensorflow`
that teaching code uses names of this package. What is not covered raises an error that names it.
"""

from keraunos._lazy import attach

__getattr__, __dir__, __all__ = attach(
    __name__, {"install": "imports", "uninstall": "imports", "run": "scripts"}, ("tensorflow",)
)
