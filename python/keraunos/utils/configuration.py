"""Config: named values that can be frozen."""

import json

from keraunos._naming import nearest


class Config:
    """A dict whose values are attributes, too.

    Args:
        **kwargs: names and values.

    Values are read and set as attributes or as items. `freeze()` forbids changes; `keys`, `values`, `items`, `get`,
    `pop`, `update`, `len`, `in` and iteration (over sorted names) are those of a dict.

    Raises:
        AttributeError: for names that are not there, with the closest one.
        ValueError: for changes while frozen.

    Example:

    >>> import keraunos as keras
    >>> config = keras.utils.Config(learning_rate=0.1)
    >>> config.momentum = 0.9
    >>> config["momentum"], config.to_json()
    (0.9, '{"learning_rate": 0.1, "momentum": 0.9}')

    Source: https://keras.io/api/utils/config_utils/
    """

    def __init__(self, **kwargs):
        object.__setattr__(self, "_config", kwargs)
        object.__setattr__(self, "_frozen", False)

    @property
    def frozen(self):
        """Whether changes are forbidden."""
        return self._frozen

    def freeze(self):
        """Forbids changes."""
        object.__setattr__(self, "_frozen", True)

    def unfreeze(self):
        """Allows changes again."""
        object.__setattr__(self, "_frozen", False)

    def _changing(self):
        if self._frozen:
            raise ValueError("[config] the config is frozen; call unfreeze() before changing it")
        return self._config

    def as_dict(self):
        """The values as a new dict."""
        return dict(self._config)

    def to_json(self):
        """The values as JSON."""
        return json.dumps(self._config)

    def keys(self):
        """The names."""
        return self._config.keys()

    def values(self):
        """The values."""
        return self._config.values()

    def items(self):
        """Pairs of name and value."""
        return self._config.items()

    def get(self, keyname, value=None):
        """The value of a name, or `value` where there is none."""
        return self._config.get(keyname, value)

    def pop(self, *args):
        """Removes a name and returns its value, or the second argument where there is none."""
        return self._changing().pop(*args)

    def update(self, *args, **kwargs):
        """Takes over the values of a dict, or keyword arguments."""
        self._changing().update(*args, **kwargs)

    def __setattr__(self, name, value):
        if name in dir(type(self)):
            raise AttributeError(f"[config] {name!r} is an attribute of Config itself; use config[{name!r}]")
        self._changing()[name] = value

    def __getattr__(self, name):
        # Copying and pickling ask before there are values.
        values = self.__dict__.get("_config", {})
        if name in values:
            return values[name]
        hint = f"; {nearest(name, values)}" if values and not name.startswith("__") else ""
        raise AttributeError(f"[config] there is no value {name!r}{hint}")

    def __setitem__(self, key, item):
        self._changing()[key] = item

    def __getitem__(self, key):
        return self._config[key]

    def __delitem__(self, key):
        del self._changing()[key]

    def __contains__(self, item):
        return item in self._config

    def __iter__(self):
        return iter(sorted(self._config))

    def __len__(self):
        return len(self._config)

    def __repr__(self):
        return f"<Config {self._config}>"
