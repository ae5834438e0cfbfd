"""What every metric is: state that batches are added to, and a result."""

from keraunos import config, dtype_policies, initializers, ops
from keraunos._naming import automatic_name
from keraunos.graph import Variable


class Metric:
    """Base class: subclasses implement `update_state` and `result` with ops on variables from `add_variable`.

    Args:
        dtype: dtype of the state and the result; default: `keraunos.config.floatx()`.
        name: name in logs; default: from the class name.

    Example:

    >>> import keraunos as keras
    >>> class Largest(keras.metrics.Metric):
    ...     def __init__(self):
    ...         super().__init__(name="largest")
    ...         self.value = self.add_variable((), initializer="zeros", name="value")
    ...     def update_state(self, values):
    ...         self.value.assign(keras.ops.maximum(self.value, keras.ops.max(values)))
    ...     def result(self):
    ...         return self.value.value
    >>> metric = Largest()
    >>> metric.update_state(keras.ops.convert_to_tensor([1.0, 5.0]))
    >>> float(metric.result())
    5.0
    """

    def __init__(self, dtype=None, name=None):
        self._own_variables = []
        self._own_metrics = []
        self.name = name or automatic_name(type(self))
        self._dtype_policy = dtype_policies.get(dtype or config.floatx())

    def __setattr__(self, name, value):
        if isinstance(value, Metric):
            self._remember(self._own_metrics, value)
        elif isinstance(value, Variable):
            self._remember(self._own_variables, value)
        super().__setattr__(name, value)

    @staticmethod
    def _remember(store, value):
        if not any(value is known for known in store):
            store.append(value)

    @property
    def dtype(self):
        """Name of the dtype of the state and the result."""
        return self._dtype_policy.compute_dtype

    @property
    def variables(self):
        """The state: the metric's own variables, then those of metrics it holds."""
        return self._own_variables + [v for metric in self._own_metrics for v in metric.variables]

    def add_variable(self, shape, initializer, dtype=None, aggregation=None, name=None):
        """A new state variable.

        Args:
            shape: its shape.
            initializer: name, initializer or callable.
            dtype: default: that of the metric.
            aggregation: accepted for compatibility.
            name: its name.
        """
        variable = Variable(
            initializers.get(initializer),
            shape=tuple(shape),
            dtype=dtype or self.dtype,
            trainable=False,
            name=name or "variable",
        )
        variable.path = f"{self.name}/{variable.name}"
        self._remember(self._own_variables, variable)
        return variable

    def add_weight(self, shape=(), initializer="zeros", dtype=None, name=None, aggregation=None):
        """`add_variable` with defaults."""
        return self.add_variable(shape, initializer, dtype, aggregation, name)

    def update_state(self, *args, **kwargs):
        """Adds a batch to the state."""
        raise NotImplementedError(f"[metric] {type(self).__name__} must implement update_state()")

    def result(self):
        """The value for everything since the last reset: a tensor, or a dict of tensors."""
        raise NotImplementedError(f"[metric] {type(self).__name__} must implement result()")

    def reset_state(self):
        """Forgets everything: the state becomes zero."""
        for variable in self.variables:
            variable.assign(ops.zeros(variable.shape, dtype=variable.dtype))

    def __call__(self, *args, **kwargs):
        """Adds a batch and returns the result."""
        self.update_state(*args, **kwargs)
        return self.result()

    def get_config(self):
        """Constructor arguments, for saving."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config):
        """The metric that `get_config` described."""
        return cls(**config)

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}>"
