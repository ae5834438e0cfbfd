"""Config, the parts of a batch, the inputs behind a symbolic tensor."""

import copy
import pickle
import types

import keraunos as keras
import pytest
from keraunos.utils import Config, get_source_inputs, pack_x_y_sample_weight, unpack_x_y_sample_weight


def test_a_config_is_a_dict_with_attributes():
    config = Config(rate=0.1)
    config.momentum = 0.9
    config["seed"] = 3
    assert (config.rate, config["momentum"], config.seed) == (0.1, 0.9, 3)
    assert list(config) == ["momentum", "rate", "seed"] and len(config) == 3 and "seed" in config
    assert config.as_dict() == {"rate": 0.1, "momentum": 0.9, "seed": 3} and config.as_dict() is not config.as_dict()
    assert config.to_json() == '{"rate": 0.1, "momentum": 0.9, "seed": 3}'
    assert config.get("none", 7) == 7 and config.pop("seed") == 3 and config.pop("seed", 8) == 8
    config.update({"a": 1}, b=2)
    del config["a"]
    assert dict(config.items()) == dict(zip(config.keys(), config.values(), strict=True))
    assert repr(config) == "<Config {'rate': 0.1, 'momentum': 0.9, 'b': 2}>"


def test_a_frozen_config_stays():
    config = Config(rate=0.1)
    config.freeze()
    assert config.frozen
    for change in (
        lambda: setattr(config, "rate", 1), lambda: config.update(rate=1), lambda: config.pop("rate"),
        lambda: config.__setitem__("rate", 1), lambda: config.__delitem__("rate"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="frozen"):
            change()
    assert config.as_dict() == {"rate": 0.1}
    config.unfreeze()
    config.rate = 2
    assert config.rate == 2


def test_names_of_a_config():
    config = Config(learning_rate=0.1)
    with pytest.raises(AttributeError, match="did you mean 'learning_rate'"):
        config.learning_rat  # noqa: B018
    with pytest.raises(AttributeError, match="no value 'x'"):
        Config().x  # noqa: B018
    with pytest.raises(AttributeError, match="attribute of Config itself"):
        config.items = 3
    for made in (copy.deepcopy(config), pickle.loads(pickle.dumps(config))):
        assert made.as_dict() == config.as_dict() and not made.frozen


def test_parts_of_a_batch():
    assert pack_x_y_sample_weight(1) == 1 and pack_x_y_sample_weight([1, 2]) == ([1, 2],)
    assert pack_x_y_sample_weight(1, 2) == (1, 2) and pack_x_y_sample_weight(1, 2, 3) == (1, 2, 3)
    assert unpack_x_y_sample_weight(1) == (1, None, None) and unpack_x_y_sample_weight([1, 2]) == (1, 2, None)
    assert unpack_x_y_sample_weight((1, 2, 3)) == (1, 2, 3)
    for wrong in ((), (1, 2, 3, 4)):
        with pytest.raises(ValueError, match="parts"):
            unpack_x_y_sample_weight(wrong)


def node(*inputs):
    """A call of an operation on tensors, as models record it; returns its output."""
    made = types.SimpleNamespace(input_tensors=list(inputs), is_input=not inputs)
    output = types.SimpleNamespace(_keras_history=(types.SimpleNamespace(_inbound_nodes=[made]), 0, 0))
    made.output_tensors = [output]
    return output


def test_inputs_behind_a_tensor():
    a, b, c = node(), node(), node()
    hidden = node(a, b)
    found = get_source_inputs(node(node(hidden, c), hidden, a))
    assert [id(t) for t in found] == [id(a), id(b), id(c)]
    assert get_source_inputs(a) == [a] and get_source_inputs(5) == [5]
    x, y = keras.Input((3,)), keras.Input((3,))
    both = keras.layers.Dense(2)(keras.layers.concatenate([x, y * 2]))
    assert [t is s for t, s in zip(get_source_inputs(both), [x, y], strict=True)] == [True, True]
    assert keras.utils.is_keras_tensor(both) and not keras.utils.is_keras_tensor(3)
    deep = a
    for _ in range(5000):
        deep = node(deep, deep)
    assert get_source_inputs(deep) == [a]


def test_sequence_is_the_older_name():
    assert keras.utils.Sequence is keras.utils.PyDataset
