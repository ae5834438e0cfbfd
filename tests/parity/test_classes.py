"""Every class and function against the recorded behaviour of Keras 3."""

import importlib

import golden
import keraunos
import numpy as np
import pytest
from keraunos import ops


def call(function, *args):
    return function(*args)


def call_compiled(function, *args):
    return keraunos.function(function)(*args)


@pytest.fixture(params=["eager", "compiled"])
def execute(request):
    """Calls a function of tensors: as it is, or traced and compiled to a Program."""
    if request.param == "eager":
        return call
    pytest.importorskip("keraunos._cpu", reason="compiled cases need the native module")
    return call_compiled


def flat(structure):
    if isinstance(structure, (list, tuple)):
        return [leaf for part in structure for leaf in flat(part)]
    return [structure]


def with_gradients(function, variables):
    """`(inputs, upstream) -> (outputs, gradients of sum(outputs * upstream))`.

    Gradients with respect to float inputs, then variables. They are zeros where there is no
    dependence; an upstream gradient that is None takes no part.
    """

    def run(inputs, upstream):
        with keraunos.GradientTape() as tape:
            outputs = flat(function(*inputs))
        taking_part = [(o, u) for o, u in zip(outputs, upstream, strict=True) if u is not None]
        sources = [x for x in flat(inputs) if x.dtype.startswith("float")] + list(variables())
        found = tape.gradient(
            [o for o, _ in taking_part],
            sources,
            output_gradients=[u for _, u in taking_part],
            unconnected_gradients="zero",
        )
        return outputs, found

    return run


def test_activation(activation_case, golden_cases, execute):
    case, cases = activation_case, golden_cases
    function = getattr(keraunos.activations, case["name"])
    run = with_gradients(lambda x: function(x, **case["kwargs"]), list)
    outputs, found = execute(run, [cases.tensors(case, case["inputs"])], [cases.tensors(case, case["upstream_grad"])])
    cases.check(case, case["outputs"], outputs[0], "outputs")
    cases.check(case, case["input_grads"], found[0], "input_grads")


def test_loss(loss_case, golden_cases, execute):
    case, cases = loss_case, golden_cases
    y_true, y_pred = cases.tensors(case, case["y_true"]), cases.tensors(case, case["y_pred"])
    weight = cases.tensors(case, case.get("sample_weight"))
    if "function" in case:
        function = getattr(keraunos.losses, case["function"])
        run = with_gradients(lambda p: function(y_true, p, **case["kwargs"]), list)
    else:
        loss = golden.make(case)
        run = with_gradients(lambda p: loss(y_true, p, sample_weight=weight), list)
        assert golden.plain(type(loss).from_config(loss.get_config()).get_config()) == golden.plain(loss.get_config())
    upstream = case.get("upstream_grad")
    upstream = cases.tensors(case, upstream) if upstream else ops.ones(case["loss"]["shape"])
    outputs, found = execute(run, [y_pred], [upstream])
    cases.check(case, case["loss"], outputs[0], "loss")
    cases.check(case, case.get("grad_y_pred"), found[0], "grad_y_pred")


def test_metric(metric_case, golden_cases, execute):
    case, cases = metric_case, golden_cases
    metric = golden.make(case)
    assert golden.plain(type(metric).from_config(metric.get_config()).get_config()) == golden.plain(metric.get_config())

    def update(arguments):
        metric.update_state(**arguments)
        return metric.result()

    updates = [{name: cases.tensors(case, ref) for name, ref in u.items()} for u in case["updates"]]
    for arguments, result in zip(updates, case["results"], strict=True):
        cases.check(case, result, execute(update, arguments), "result")
    cases.check(case, case["results"][-1], metric.result(), "result outside the update")
    assert [v.name for v in metric.variables] == case["state_names"]
    for variable, wanted in zip(metric.variables, case["state"], strict=True):
        cases.check(case, wanted, variable, variable.name)
    metric.reset_state()
    after_reset = execute(update, updates[-1])
    cases.check(case, case["result_after_reset_and_last_update"], after_reset, "result after reset")


def test_regularizer(regularizer_case, golden_cases):
    case, cases = regularizer_case, golden_cases
    run = with_gradients(golden.make(case), list)
    outputs, found = run([cases.tensors(case, case["inputs"])], [ops.ones(())])
    cases.check(case, case["loss"], outputs[0], "loss")
    cases.check(case, case["input_grads"], found[0], "input_grads")


def test_constraint(constraint_case, golden_cases):
    case, cases = constraint_case, golden_cases
    cases.check(case, case["outputs"], golden.make(case)(cases.tensors(case, case["inputs"])), "outputs")


def test_schedule(schedule_case, golden_cases):
    case, cases = schedule_case, golden_cases
    schedule = golden.make(case)
    cases.check(case, case["learning_rates"], [float(schedule(step)) for step in case["steps"]], "learning_rates")
    again = type(schedule).from_config(schedule.get_config())
    assert golden.plain(again.get_config()) == golden.plain(schedule.get_config())


def test_optimizer(optimizer_case, golden_cases, execute):
    case, cases = optimizer_case, golden_cases
    optimizer = golden.make(case)
    variables = [keraunos.Variable(cases.value(case, v["initial"]), name=v["name"]) for v in case["variables"]]
    gradients_of = [cases.value(case, v["grads"]) for v in case["variables"]]
    if "exclude_from_weight_decay" in case:
        optimizer.exclude_from_weight_decay(var_names=case["exclude_from_weight_decay"])
    if "full_config" in case:
        assert golden.plain(optimizer.get_config()) == case["full_config"]
    optimizer.build(variables)

    def apply(grads):
        optimizer.apply(grads, variables)

    if execute is call_compiled:
        apply = keraunos.function(apply)
    rates, trajectories = [], [[] for _ in variables]
    for step in range(len(gradients_of[0])):
        rates.append(float(optimizer.learning_rate))
        apply([ops.convert_to_tensor(g[step]) for g in gradients_of])
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


# These take text, which has no place in a Program.
ON_THE_HOST = ("Hashing", "StringLookup")


def test_layer(layer_case, golden_cases, execute):
    case, cases = layer_case, golden_cases
    if execute is call_compiled and case["class_name"] in ON_THE_HOST:
        pytest.skip(f"compiled {case['class_name']} is not covered: it computes on the host")
    layer = golden.make(case)
    inputs = cases.tensors(case, case["inputs"])
    keywords = {name: cases.tensors(case, ref) for name, ref in (case.get("call_kwargs") or {}).items()}
    if case.get("training") is not None:
        keywords["training"] = case["training"]
    if "adapt_data" in case:
        layer.adapt(cases.value(case, case["adapt_data"]))
    if "vocabulary" in case:
        assert layer.get_vocabulary() == case["vocabulary"]
        cases.check(case, case["vocabulary_size"], layer.vocabulary_size(), "vocabulary_size")
    layer(*inputs, **keywords)
    if "weights" in case:
        assert [w.name for w in layer.weights] == [w["name"] for w in case["weights"]]
        layer.set_weights([cases.value(case, w) for w in case["weights"]])
        trainable = [v for v, w in zip(layer.weights, case["weights"], strict=True) if w["trainable"]]
        assert list(map(id, layer.trainable_weights)) == list(map(id, trainable))
    for _ in range(case.get("calls", 1) - 1):
        layer(*inputs, **keywords)
    seen = {}

    def forward(*arguments):
        outputs = flat(layer(*arguments, **keywords))
        seen["masks"] = [getattr(output, "_keras_mask", None) for output in outputs]
        return outputs

    if case.get("no_grad"):
        outputs, losses = execute(lambda given: (forward(*given), layer.losses), inputs)
    else:
        upstream = cases.tensors(case, case["upstream_grad"])
        run = with_gradients(forward, lambda: layer.trainable_weights)
        (outputs, found), losses = execute(lambda given, up: (run(given, up), layer.losses), inputs, upstream)
        refs = [r for x, r in zip(flat(inputs), flat(case["input_grads"]), strict=True) if x.dtype.startswith("float")]
        refs += case.get("weight_grads") or []
        for position, (ref, gradient) in enumerate(zip(refs, found, strict=True)):
            cases.check(case, ref, gradient, f"gradients[{position}]")
    for position, (ref, output) in enumerate(zip(case["outputs"], outputs, strict=True)):
        cases.check(case, ref, output, f"outputs[{position}]")
    for ref, loss in zip(case.get("losses") or (), losses, strict=True):
        cases.check(case, ref, loss, "losses")
    for ref, variable in zip(case.get("post_non_trainable") or (), layer.non_trainable_weights, strict=False):
        cases.check(case, ref, variable, variable.name)
    if execute is call:
        for ref, mask in zip(case.get("output_masks") or (), seen["masks"], strict=False):
            cases.check(case, ref, mask, "mask")
    if "full_config" in case:
        assert golden.plain(layer.get_config()) == case["full_config"]
        again = type(layer).from_config(layer.get_config())
        assert golden.plain(again.get_config()) == case["full_config"]


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


def test_everything_is_covered_or_listed(golden_cases, record_property):
    """What has no implementation is on the page of names, with its reason; a kind that no test knows is an error."""
    missing = {}
    for case in golden_cases.all:
        if case["kind"] in KINDS_ELSEWHERE:
            continue
        assert case["kind"] == "utility" or case["kind"] in golden.PACKAGES, f"no test for kind {case['kind']}"
        reason = golden.not_covered(case)
        if reason is not None:
            missing[reason] = missing.get(reason, 0) + 1
    record_property("not covered", missing)
    assert [name for name in missing if not golden.is_listed(name)] == []
