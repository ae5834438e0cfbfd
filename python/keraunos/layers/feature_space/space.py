"""FeatureSpace: tables of numbers and words as one vector a row."""

import numpy as np

from keraunos import _arguments, _naming, ops
from keraunos._structure import map_leaves
from keraunos.data.dataset import Dataset
from keraunos.layers.encoders.category_encoding import CategoryEncoding
from keraunos.layers.encoders.discretization import Discretization
from keraunos.layers.encoders.hashed_crossing import HashedCrossing
from keraunos.layers.encoders.hashing import Hashing
from keraunos.layers.encoders.index_lookup import IndexLookup
from keraunos.layers.encoders.integer_lookup import IntegerLookup
from keraunos.layers.encoders.string_lookup import StringLookup
from keraunos.layers.encoders.text import host_value
from keraunos.layers.feature_space.features import Cross, Feature, TFDIdentity
from keraunos.layers.input_layer import Input
from keraunos.layers.layer import Layer
from keraunos.layers.merging import Concatenate
from keraunos.layers.normalization.normalization import Normalization
from keraunos.layers.rescaling import Rescaling
from keraunos.saving import deserialize_keras_object, serialize_keras_object
from keraunos.symbolic.keras_tensor import is_keras_tensor

# Rows of which preprocessors learn at a time.
_ROWS = 32


class FeatureSpace(Layer):
    """The columns of a table, each prepared after its kind, and combinations of them, as one vector a row.

    Args:
        features: dict of name -> kind: `"float"`, `"float_normalized"`, `"float_rescaled"`, `"float_discretized"`,
            `"integer_categorical"`, `"string_categorical"`, `"integer_hashed"`, `"string_hashed"`, or a Feature, which
            the class methods of these names make with arguments of one's own.
        output_mode: `"concat"`: one vector; `"dict"`: a dict of the encoded columns and crosses.
        crosses: list of tuples of names, or Crosses: combinations that are hashed.
        crossing_dim: number of bins of tuples in `crosses`.
        hashing_dim: number of bins of `"integer_hashed"` and `"string_hashed"`.
        num_discretization_bins: number of ranges of `"float_discretized"`.

    Columns are in the order of their names, then come crosses. The call takes a dict of columns `(N,)` or `(N, 1)`, or
    of the values of one row; it works eagerly and in `Dataset.map`, and inside a model where no text and no hash is
    involved.

    Raises:
        ValueError: for unknown kinds and names, and when the object is used before `adapt`.

    Example:

    >>> import keraunos as keras
    >>> table = {"size": [1.0, 3.0, 5.0], "kind": ["a", "b", "a"]}
    >>> space = keras.utils.FeatureSpace({"size": "float_normalized", "kind": "string_categorical"})
    >>> space.adapt(table)
    >>> space(table).numpy().round(3)
    array([[ 0.   ,  1.   ,  0.   , -1.225],
           [ 0.   ,  0.   ,  1.   ,  0.   ],
           [ 0.   ,  1.   ,  0.   ,  1.225]], dtype=float32)
    """

    _public_module = "keras.utils"

    def __init__(self, features, output_mode="concat", crosses=None, crossing_dim=32, hashing_dim=32,
                 num_discretization_bins=32, name=None):  # fmt: skip
        super().__init__(name=name)
        if not features:
            raise ValueError("[feature_space] features must name at least one column")
        self.crossing_dim = crossing_dim
        self.hashing_dim = hashing_dim
        self.num_discretization_bins = num_discretization_bins
        self.output_mode = _arguments.one_of("feature_space", "output_mode", output_mode, ("dict", "concat"))
        self.features = {key: self._feature(key, value) for key, value in features.items()}
        self.crosses = [self._cross(cross) for cross in crosses or ()]
        self.preprocessors = {key: feature.preprocessor for key, feature in self.features.items()}
        self.crossers = {c.name: HashedCrossing(c.crossing_dim, name=c.name) for c in self.crosses}
        self.inputs = {key: Input((1,), dtype=feature.dtype, name=key) for key, feature in self.features.items()}
        self.one_hot_encoders = {}
        self.encoded_features = None
        self._is_adapted = not self._learners()

    # --- kinds of columns ---

    @classmethod
    def cross(cls, feature_names, crossing_dim, output_mode="one_hot"):
        """Combinations of columns, hashed to `crossing_dim` bins; see `Cross`."""
        return Cross(feature_names, crossing_dim, output_mode=output_mode)

    @classmethod
    def feature(cls, dtype, preprocessor, output_mode):
        """A column with a preprocessor of one's own; see `Feature`."""
        return Feature(dtype, preprocessor, output_mode)

    @classmethod
    def float(cls, name=None):
        """Numbers as they are."""
        name = name or _naming.unique_name("float")
        return Feature("float32", TFDIdentity(dtype="float32", name=f"{name}_preprocessor"), "float")

    @classmethod
    def float_rescaled(cls, scale=1.0, offset=0.0, name=None):
        """Numbers times `scale` plus `offset`."""
        name = name or _naming.unique_name("float_rescaled")
        return Feature("float32", Rescaling(scale, offset, name=f"{name}_preprocessor"), "float")

    @classmethod
    def float_normalized(cls, name=None):
        """Numbers with mean 0 and variance 1, by `Normalization`."""
        name = name or _naming.unique_name("float_normalized")
        return Feature("float32", Normalization(axis=-1, name=f"{name}_preprocessor"), "float")

    @classmethod
    def float_discretized(cls, num_bins, bin_boundaries=None, output_mode="one_hot", name=None):
        """Numbers by their range, by `Discretization`; with boundaries `num_bins` does not matter."""
        name = name or _naming.unique_name("float_discretized")
        ranges = {"num_bins": num_bins} if bin_boundaries is None else {"bin_boundaries": bin_boundaries}
        return Feature("float32", Discretization(**ranges, name=f"{name}_preprocessor"), output_mode)

    @classmethod
    def integer_categorical(cls, max_tokens=None, num_oov_indices=1, output_mode="one_hot", name=None):
        """Integers by their place in a learned vocabulary, by `IntegerLookup`."""
        name = name or _naming.unique_name("integer_categorical")
        return Feature("int32", IntegerLookup(max_tokens, num_oov_indices, name=f"{name}_preprocessor"), output_mode)

    @classmethod
    def string_categorical(cls, max_tokens=None, num_oov_indices=1, output_mode="one_hot", name=None):
        """Words by their place in a learned vocabulary, by `StringLookup`."""
        name = name or _naming.unique_name("string_categorical")
        return Feature("string", StringLookup(max_tokens, num_oov_indices, name=f"{name}_preprocessor"), output_mode)

    @classmethod
    def string_hashed(cls, num_bins, output_mode="one_hot", name=None):
        """Words by a hash, by `Hashing`."""
        name = name or _naming.unique_name("string_hashed")
        return Feature("string", Hashing(num_bins, name=f"{name}_preprocessor"), output_mode)

    @classmethod
    def integer_hashed(cls, num_bins, output_mode="one_hot", name=None):
        """Integers by a hash, by `Hashing`."""
        name = name or _naming.unique_name("integer_hashed")
        return Feature("int32", Hashing(num_bins, name=f"{name}_preprocessor"), output_mode)

    def _feature(self, name, kind):
        if isinstance(kind, Feature):
            return kind
        if isinstance(kind, dict):
            return deserialize_keras_object(kind)
        makers = {
            "float": (self.float,),
            "float_normalized": (self.float_normalized,),
            "float_rescaled": (self.float_rescaled,),
            "float_discretized": (self.float_discretized, self.num_discretization_bins),
            "integer_categorical": (self.integer_categorical,),
            "string_categorical": (self.string_categorical,),
            "integer_hashed": (self.integer_hashed, self.hashing_dim),
            "string_hashed": (self.string_hashed, self.hashing_dim),
        }
        make, *arguments = makers[_arguments.one_of("feature_space", f"features[{name!r}]", kind, tuple(makers))]
        return make(*arguments, name=name)

    def _cross(self, cross):
        if isinstance(cross, dict):
            cross = deserialize_keras_object(cross)
        if not isinstance(cross, Cross):
            if not self.crossing_dim:
                raise ValueError("[feature_space] crosses need a crossing_dim, the number of bins")
            cross = Cross(cross, self.crossing_dim)
        unknown = [name for name in cross.feature_names if name not in self.features]
        if unknown:
            raise ValueError(
                f"[feature_space] crosses: no feature {unknown[0]!r}; {_naming.nearest(unknown[0], self.features)}"
            )
        return cross

    # --- learning ---

    def _learners(self):
        """Names of columns whose preprocessor learns from data."""
        return [name for name, layer in self.preprocessors.items() if hasattr(layer, "adapt") and not _is_given(layer)]

    def adapt(self, dataset):
        """Lets preprocessors learn vocabularies, moments and ranges.

        Args:
            dataset: dict of columns, or a Dataset of dicts, of rows or batches.

        Raises:
            ValueError: for anything else.
        """
        if isinstance(dataset, dict):
            dataset = Dataset.from_tensor_slices({key: np.asarray(value) for key, value in dataset.items()})
        if not isinstance(dataset, Dataset):
            raise ValueError(
                f"[feature_space] adapt() takes a dict of columns or a Dataset of dicts, got {type(dataset).__name__}"
            )
        for name in self._learners():
            column = dataset.map(lambda row, name=name: row[name])
            rank = len(column.element_spec.shape)
            column = column.batch(_ROWS) if rank == 0 else column
            self.preprocessors[name].adapt(column.map(_as_column) if rank < 2 else column)
        self._is_adapted = True
        self.one_hot_encoders = {}
        self.get_encoded_features()
        self.built = True

    def _check_adapted(self):
        if not self._is_adapted:
            raise ValueError("[feature_space] call adapt(data) first: some columns learn from data")

    # --- use ---

    def get_inputs(self):
        """A dict of KerasTensors, the inputs of a model that takes the table itself."""
        self._check_adapted()
        return self.inputs

    def get_encoded_features(self):
        """What the object makes of `get_inputs()`: KerasTensors, the inputs of a model that takes encoded rows."""
        self._check_adapted()
        if self.encoded_features is None:
            self.encoded_features = self._encoded(self.inputs)
        return self.encoded_features

    def __call__(self, data):
        self._check_adapted()
        if not isinstance(data, dict):
            raise ValueError(f"[feature_space] expected a dict of columns, got {type(data).__name__}")
        columns = {key: value if is_keras_tensor(value) else host_value(value) for key, value in data.items()}
        one_row = any(len(value.shape) == 0 for value in columns.values())
        found = self._encoded({key: _as_column(value) for key, value in columns.items()})
        return map_leaves(found, lambda encoded: ops.squeeze(encoded, 0)) if one_row else found

    def _encoded(self, columns):
        prepared = {key: self.preprocessors[key](value) for key, value in columns.items()}
        crossed = {c.name: self.crossers[c.name]([prepared[key] for key in c.feature_names]) for c in self.crosses}
        specs = {**self.features, **{c.name: c for c in self.crosses}}
        encoded = {
            name: self._encoder(name, value)(value) if specs[name].output_mode == "one_hot" else value
            for part in (prepared, crossed)
            for name, value in sorted(part.items())
        }
        if self.output_mode == "dict":
            return encoded
        for name, value in encoded.items():
            if value.dtype.startswith("int") or value.dtype in ("string", object):
                raise ValueError(
                    f"[feature_space] column {name!r} is not encoded, it has dtype {value.dtype}; use "
                    "output_mode='dict', or 'one_hot' for the column"
                )
        return Concatenate(axis=-1)(list(encoded.values()))

    def _encoder(self, name, value):
        if name not in self.one_hot_encoders:
            layer = self.preprocessors.get(name) or self.crossers[name]
            if not str(value.dtype).startswith("int"):
                raise ValueError(
                    f"[feature_space] column {name!r}: output_mode='one_hot' needs a preprocessor that returns "
                    f"integers, got {value.dtype}"
                )
            self.one_hot_encoders[name] = CategoryEncoding(_cardinality(name, layer), "multi_hot")
        return self.one_hot_encoders[name]

    # --- saving ---

    @property
    def _layers_in_files(self):
        return list(self.preprocessors.values())

    def save(self, filepath):
        """Saves the object to a `.keras` file, which `keras.models.load_model` reads."""
        from keraunos.saving import save_model

        save_model(self, filepath)

    def get_config(self):
        return {
            "features": serialize_keras_object(self.features),
            "output_mode": self.output_mode,
            "crosses": serialize_keras_object(self.crosses),
            "crossing_dim": self.crossing_dim,
            "hashing_dim": self.hashing_dim,
            "num_discretization_bins": self.num_discretization_bins,
        }

    def get_build_config(self):
        """The shapes that preprocessors were built on."""
        return {name: layer.get_build_config() for name, layer in self.preprocessors.items()}

    def build_from_config(self, config):
        """Builds preprocessors as they were; what they learned comes from the file."""
        for name, inner in config.items():
            if not self.preprocessors[name].built:
                self.preprocessors[name].build_from_config(inner)
        self._is_adapted = True


def _is_given(layer):
    """Whether a layer that can learn was given what it would learn."""
    return (
        (isinstance(layer, Normalization) and layer.input_mean is not None)
        or (isinstance(layer, Discretization) and layer.num_bins is None)
        or getattr(layer, "_has_input_vocabulary", False)
    )


def _cardinality(name, layer):
    """How many integers a preprocessor may return."""
    if isinstance(layer, IndexLookup):
        return layer.vocabulary_size()
    if isinstance(layer, CategoryEncoding):
        return layer.num_tokens
    if isinstance(layer, Discretization):
        return layer.num_bins or len(layer.bin_boundaries) + 1
    if isinstance(layer, (Hashing, HashedCrossing)):
        return layer.num_bins
    raise ValueError(
        f"[feature_space] column {name!r}: how many integers {type(layer).__name__} returns is not known; use "
        "output_mode='int'"
    )


def _as_column(value):
    """Values `()` as `(1, 1)` and `(N,)` as `(N, 1)`."""
    if is_keras_tensor(value) or len(value.shape) > 1:
        return value
    return value.reshape(-1, 1) if isinstance(value, np.ndarray) else ops.reshape(value, (-1, 1))
