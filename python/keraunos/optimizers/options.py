"""The arguments that all optimizers have in common, in constructors that add their own."""

import functools
import inspect

from keraunos.optimizers.optimizer import Optimizer

# Everything after `self` and `learning_rate`, up to `**unknown`.
COMMON = list(inspect.signature(Optimizer.__init__).parameters.values())[2:-1]


def with_options(after=None):
    """Decorator of a constructor that hands `**options` on to `Optimizer`: the options can be seen in its signature and
    be given by place, where Keras has them.

    Args:
        after: name of the argument behind which they come; default: behind all of the constructor's own.
    """

    def decorate(init):
        *own, keywords = inspect.signature(init).parameters.values()
        names = [parameter.name for parameter in own]
        place = len(own) if after is None else names.index(after) + 1
        options = [parameter for parameter in COMMON if parameter.name not in names]
        signature = inspect.Signature([*own[:place], *options, *own[place:], keywords])

        @functools.wraps(init)
        def constructor(self, *args, **kwargs):
            given = signature.bind(self, *args, **kwargs).arguments
            others = given.pop(keywords.name, {})
            return init(**given, **others)

        constructor.__signature__ = signature
        return constructor

    return decorate
