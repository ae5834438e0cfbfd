"""Every class and function against the recorded behaviour of Keras 3."""

import importlib

import golden
import numpy as np
import pytest

import keraunos
from keraunos import ops


def gradients(outputs, sources, upstream):
    """Gradients of sum(outputs * upstream), zeros where there is no dependence, recorded by `compute`."""
    tape, results = outputs
    pairs = [(r, u) for r, u in zip(results, upstream, strict=True) if u is not None]
    return tape.gradient(
        [r for r, _ in pairs], sources, output_gradients=[u for _, u in pairs], unconnected_gradients="zero"
    )


def recorded(function):
    """(tape, list of results) of calling `function`."""
    with keraunos.GradientTape(persistent=True) as tape:
        results = function()
    return tape, list(results) if isinstance(results, (list, tuple)) else [results]


def flat(structure):
    if isinstance(structure, (list, tuple)):
        return [leaf for part in structure for leaf in flat(part)]
    return [structure]


def test_activation(activation_case, golden_cases):
    case, cases = activation_case, golden_cases
    function = getattr(keraunos.activations, case["name"])
    x = cases.tensors(case, case["inputs"])
    run = recorded(lambda: function(x, **case["kwargs"]))
    cases.check(case, case["outputs"], run[1][0], "outputs")
    (gradient,) = gradients(run, [x], [cases.tensors(case, case["upstream_grad"])])
    cases.check(case, case["input_grads"], gradient, "input_grads")


def test_loss(loss_case, golden_cases):
    case, cases = loss_case, golden_cases
    y_true, y_pred = cases.tensors(case, case["y_true"]), cases.tensors(case, case["y_pred"])
    if "function" in case:
        function = getattr(keraunos.losses, case["function"])
        run = recorded(lambda: function(y_true, y_pred, **case["kwargs"]))
    else:
        loss = golden.make(case)
        weight = cases.tensors(case, case.get("sample_weight"))
        run = recorded(lambda: loss(y_true, y_pred, sample_weight=weight))
        assert golden.plain(type(loss).from_config(loss.get_config()).get_config()) == golden.plain(loss.get_config())
    value = run[1][0]
    cases.check(case, case["loss"], value, "loss")
    if case.get("grad_y_pred") is not None:
        upstream = case.get("upstream_grad")
        seed = cases.tensors(case, upstream) if upstream else ops.ones_like(value)
        cases.check(case, case["grad_y_pred"], gradients(run, [y_pred], [seed])[0], "grad_y_pred")


def test_metric(metric_case, golden_cases):
    case, cases = metric_case, golden_cases
    metric = golden.make(case)
    assert golden.plain(type(metric).from_config(metric.get_config()).get_config()) == golden.plain(metric.get_config())
    updates = [{name: cases.tensors(case, ref) for name, ref in update.items()} for update in case["updates"]]
    for update, result in zip(updates, case["results"], strict=True):
        metric.update_state(**update)
        cases.check(case, result, metric.result(), "result")
    assert [v.name for v in metric.variables] == case["state_names"]
    for variable, wanted in zip(metric.variables, case["state"], strict=True):
        cases.check(case, wanted, variable, variable.name)
    metric.reset_state()
    metric.update_state(**updates[-1])
    cases.check(case, case["result_after_reset_and_last_update"], metric.result(), "result after reset")


def test_regularizer(regularizer_case, golden_cases):
    case, cases = regularizer_case, golden_cases
    regularizer, x = golden.make(case), cases.tensors(case, case["inputs"])
    run = recorded(lambda: regularizer(x))
    cases.check(case, case["loss"], run[1][0], "loss")
    cases.check(case, case["input_grads"], gradients(run, [x], [ops.ones(())])[0], "input_grads")


def test_constraint(constraint_case, golden_cases):
    case, cases = constraint_case, golden_cases
    cases.check(case, case["outputs"], golden.make(case)(cases.tensors(case, case["inputs"])), "outputs")


def test_schedule(schedule_case, golden_cases):
    case, cases = schedule_case, golden_cases
    schedule = golden.make(case)
    cases.check(case, case["learning_rates"], [float(schedule(step)) for step in case["steps"]], "learning_rates")
    again = type(schedule).from_config(schedule.get_config())
    assert golden.plain(again.get_config()) == golden.plain(schedule.get_config())


def test_optimizer(optimizer_case, golden_cases):
    case, cases = optimizer_case, golden_cases
    optimizer = golden.make(case)
    variables = [keraunos.Variable(cases.value(case, v["initial"]), name=v["name"]) for v in case["variables"]]
    gradients_of = [cases.value(case, v["grads"]) for v in case["variables"]]
    if "exclude_from_weight_decay" in case:
        optimizer.exclude_from_weight_decay(var_names=case["exclude_from_weight_decay"])
    if "full_config" in case:
        assert golden.plain(optimizer.get_config()) == case["full_config"]
    rates, trajectories = [], [[] for _ in variables]
    for step in range(len(gradients_of[0])):
        rates.append(float(optimizer.learning_rate))
        optimizer.apply([ops.convert_to_tensor(g[step]) for g in gradients_of], variables)
        for trajectory, variable in zip(trajectories, variables, strict=True):
            trajectory.append(variable.numpy())
    for ref, trajectory, variable in zip(case["trajectories"], trajectories, variables, strict=True):
        cases.check(case, ref, np.stack(trajectory), variable.name)
    cases.check(case, case["learning_rates"], rates, "learning_rates")
    assert [v.name for v in optimizer.variables] == case["optimizer_variable_names"]
    for ref, variable in zip(case["optimizer_variables"], optimizer.variables, strict=True):
        cases.check(case, ref, variable, variable.name)
    cases.check(case, case["iterations"], optimizer.iterations, "iterations")
    if "after_finalize" in case:
        optimizer.finalize_variable_values(variables)
        for ref, variable in zip(case["after_finalize"], variables, strict=True):
            cases.check(case, ref, variable, f"{variable.name} after finalize")


def call_layer(layer, case, cases, inputs, keywords):
    training = {} if case.get("training") is None else {"training": case["training"]}
    for _ in range(case.get("calls", 1)):
        outputs = layer(*inputs, **keywords, **training)
    return flat(outputs)


def test_layer(layer_case, golden_cases):
    case, cases = layer_case, golden_cases
    layer = golden.make(case)
    inputs = cases.tensors(case, case["inputs"])
    keywords = {name: cases.tensors(case, ref) for name, ref in (case.get("call_kwargs") or {}).items()}
    if "adapt_data" in case:
        layer.adapt(cases.value(case, case["adapt_data"]))
    call_layer(layer, case | {"calls": 1}, cases, inputs, keywords)
    if "weights" in case:
        assert [w.name for w in layer.weights] == [w["name"] for w in case["weights"]]
        layer.set_weights([cases.value(case, w) for w in case["weights"]])
        trainable = [v for v, w in zip(layer.weights, case["weights"], strict=True) if w["trainable"]]
        assert list(map(id, layer.trainable_weights)) == list(map(id, trainable))
    run = recorded(lambda: call_layer(layer, case, cases, inputs, keywords))
    for position, (ref, output) in enumerate(zip(case["outputs"], run[1], strict=True)):
        cases.check(case, ref, output, f"outputs[{position}]")
    if not case.get("no_grad"):
        check_layer_gradients(case, cases, layer, inputs, run)
    for ref, loss in zip(case.get("losses") or (), layer.losses, strict=True):
        cases.check(case, ref, loss, "losses")
    if case.get("post_non_trainable"):
        for ref, variable in zip(case["post_non_trainable"], layer.non_trainable_weights, strict=True):
            cases.check(case, ref, variable, variable.name)
    for ref, output in zip(case.get("output_masks") or (), run[1], strict=False):
        cases.check(case, ref, output._keras_mask, "mask")
    if "full_config" in case:
        assert golden.plain(layer.get_config()) == case["full_config"]
        again = type(layer).from_config(layer.get_config())
        assert golden.plain(again.get_config()) == case["full_config"]


def check_layer_gradients(case, cases, layer, inputs, run):
    upstream = cases.tensors(case, case["upstream_grad"])
    floats = [(x, ref) for x, ref in zip(flat(inputs), flat(case["input_grads"]), strict=True) if ref is not None]
    found = gradients(run, [x for x, _ in floats], upstream) if floats else []
    for (_, ref), gradient in zip(floats, found, strict=True):
        cases.check(case, ref, gradient, "input_grads")
    trainable = layer.trainable_weights
    found = gradients(run, trainable, upstream) if trainable else []
    for ref, gradient, variable in zip(case.get("weight_grads") or [], found, trainable, strict=True):
        cases.check(case, ref, gradient, f"gradient of {variable.name}")


def test_random_layer(random_layer_case):
    """On ones in training mode: share of zeros, kept value, mean and deviation within six standard errors."""
    case, facts = random_layer_case, random_layer_case["facts"]
    layer = golden.make(case)
    shape = case["input"]["ones"]
    out = np.asarray(layer(np.ones(shape, "float32"), training=True))
    dropped = facts.get("dropped_value", 0.0)
    if "zero_fraction" in facts:
        rate, shared = facts["zero_fraction"], facts.get("granularity", "element")
        is_dropped = np.isclose(out, dropped)
        assert (is_dropped | np.isclose(out, facts["kept_value_for_ones"])).all()
        if shared != "element":
            is_dropped = is_dropped.reshape(shape[0], -1, shape[-1])
            assert (is_dropped == is_dropped[:, :1]).all()
            is_dropped = is_dropped[:, 0]
        assert abs(is_dropped.mean() - rate) < 6 * (rate * (1 - rate) / is_dropped.size) ** 0.5
    if "noise_mean" in facts:
        noise = out - 1 if facts["values"] == "x + n" else out
        assert abs(noise.mean() - facts["noise_mean"]) < 6 * facts["noise_stddev"] / out.size**0.5
        assert abs(noise.std() - facts["noise_stddev"]) < 6 * facts["noise_stddev"] / out.size**0.5


def check_distribution(values, facts):
    values = np.asarray(values, "float64")
    kind = facts["distribution"]
    if kind == "constant":
        assert (values == facts["value"]).all()
    elif kind == "identity":
        np.testing.assert_array_equal(values, facts["gain"] * np.eye(*values.shape))
    elif kind == "orthogonal":
        matrix = values.reshape(-1, values.shape[-1])
        short = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
        np.testing.assert_allclose(short @ short.T, facts["gain"] ** 2 * np.eye(len(short)), atol=1e-5)
    elif kind == "unit_forget_bias":
        ones = np.zeros_like(values)
        ones[facts["ones_from"] : facts["ones_to"]] = 1
        np.testing.assert_array_equal(values, ones)
    else:
        assert abs(values.mean() - facts["mean"]) < 6 * facts["stddev"] / values.size**0.5
        assert abs(values.std() - facts["stddev"]) < 6 * facts["stddev"] / values.size**0.5
        if "low" in facts:
            rounding = 1e-6 * max(abs(facts["low"]), abs(facts["high"]))
            assert values.min() >= facts["low"] - rounding and values.max() <= facts["high"] + rounding


def test_initializer(initializer_case):
    case = initializer_case
    if "class_name" in case:
        check_distribution(golden.make(case)(case["shape"], dtype="float32"), case["expected"])
        return
    description = case["layer"]
    layer = getattr(keraunos.layers, description["class_name"])(**description["config"])
    layer.build(tuple(case["build_shape"]))
    weights = {v.name: v for v in layer.weights}
    for name, facts in case["expected"].items():
        assert list(weights[name].shape) == facts["shape"]
        check_distribution(weights[name], facts)


def test_utility(utility_case, golden_cases):
    case, cases = utility_case, golden_cases
    module, name = case["function"].removeprefix("keras.").rsplit(".", 1)
    function = getattr(importlib.import_module(f"keraunos.{module}"), name)
    arguments = [cases.value(case, a) if golden.is_value(a) else a for a in case["args"]]
    outputs = function(*arguments, **case["kwargs"])
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    for ref, output in zip(case["outputs"], outputs, strict=True):
        cases.check(case, ref, output, name)


KINDS_ELSEWHERE = ("model", "file")


def test_everything_is_covered_or_listed(golden_cases, record_property, capsys):
    """Reports what has no implementation yet; a kind that no test knows is an error."""
    missing = {}
    for case in golden_cases.all:
        if case["kind"] in KINDS_ELSEWHERE:
            continue
        assert case["kind"] == "utility" or case["kind"] in golden.PACKAGES, f"no test for kind {case['kind']}"
        reason = golden.not_covered(case)
        if reason is not None:
            missing[reason] = missing.get(reason, 0) + 1
    record_property("not covered", missing)
    if missing:
        listed = ", ".join(f"{name} ({count})" for name, count in sorted(missing.items()))
        pytest.skip(f"not covered: {listed}")
