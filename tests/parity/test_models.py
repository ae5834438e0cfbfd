"""Golden cases of whole models: built from the recorded source, trained from the recorded weights, compared number
by number."""

import io
import json

import keraunos
import numpy as np
import pytest
from golden import Cases, is_listed, root
from keraunos._structure import flatten

GOLDEN = Cases(root())
PACKAGES = ("optimizers", "losses", "metrics", "callbacks")


def value(case, entry):
    return GOLDEN.value(case, entry)


def check(case, expected, got, what=""):
    GOLDEN.check(case, expected, got, what or case["id"])


def revive(entry):
    """Objects of a recorded configuration: {"class_name", "config"} anywhere becomes an instance."""
    if isinstance(entry, list):
        return [revive(item) for item in entry]
    if not isinstance(entry, dict):
        return entry
    if "class_name" not in entry:
        return {k: revive(v) for k, v in entry.items()}
    name, config = entry["class_name"], {k: revive(v) for k, v in entry["config"].items()}
    if name == "LearningRateScheduler":
        table = config["table"]
        return keraunos.callbacks.LearningRateScheduler(lambda epoch: table[epoch])
    for package in PACKAGES:
        if name in getattr(keraunos, package).__all__:
            return getattr(getattr(keraunos, package), name)(**config)
    return getattr(keraunos.optimizers.schedules, name)(**config)


def arrays(case, entry):
    """Recorded values in a structure become arrays."""
    if isinstance(entry, dict) and "dtype" in entry and ("array" in entry or "value" in entry):
        return value(case, entry)
    if isinstance(entry, dict):
        return {k: arrays(case, v) for k, v in entry.items()}
    if isinstance(entry, list):
        return [arrays(case, v) for v in entry]
    return entry


def build(case):
    """The model of a case; skips one with layers that are still to come."""
    scope = {}
    exec(case["builder"]["source"], scope)
    try:
        return scope[case["builder"]["function"]](keraunos, **case["builder"]["params"])
    except AttributeError as missing:
        if not is_listed(missing.name):
            raise
        pytest.skip(f"not covered: {missing}")


def compiled(case):
    keraunos.utils.clear_session()
    model = build(case)
    if not model.built:
        model.build((None, *case["input_shapes"][0][1:]))
    model.set_weights([value(case, w) for w in case["initial_weights"]])
    for name in case.get("freeze", ()):
        model.get_layer(name).trainable = False
    model.compile(**revive(case["compile"]))
    return model


def close(case, key, want, got):
    alternatives = [want] + ([case["alternative"][key]] if key in case.get("alternative", {}) else [])
    errors = []
    for expected in alternatives:
        try:
            for item, result in zip(expected, got, strict=True):
                check(case, item, result)
            return
        except AssertionError as error:
            errors.append(error)
    raise errors[0]


def close_to_one(case, accepted, got):
    """A value near one of several that are recorded as acceptable."""
    errors = []
    for want in accepted:
        try:
            return check(case, want, got)
        except AssertionError as error:
            errors.append(error)
    raise errors[0]


COVERED = [c for c in GOLDEN.all if c["kind"] == "model"]


@pytest.mark.parametrize("case", COVERED, ids=lambda c: c["id"])
def test_model(case):
    model = compiled(case)
    if "batch_calls" in case:
        for call, want in zip(case["batch_calls"], case["batch_results"], strict=True):
            arguments = arrays(case, {k: v for k, v in call.items() if k != "method"})
            got = getattr(model, call["method"])(**arguments, return_dict=True)
            assert list(got) == list(want)
            for name, expected in want.items():
                check(case, expected, np.float32(got[name]), name)
    else:
        arguments = arrays(case, dict(case["fit"]))
        if "callbacks" in arguments:
            arguments["callbacks"] = [revive(c) for c in case["fit"]["callbacks"]]
        if "class_weight" in arguments:
            arguments["class_weight"] = {int(k): v for k, v in arguments["class_weight"].items()}
        if isinstance(arguments.get("validation_data"), list):
            arguments["validation_data"] = tuple(arguments["validation_data"])
        history = model.fit(**arguments, verbose=0)
        assert sorted(history.history) == sorted(case["history"])
        for name, want in case["history"].items():
            others = case.get("alternative", {}).get("history", {})
            close_to_one(
                case, [want, *([others[name]] if name in others else [])], np.asarray(history.history[name], np.float32)
            )
        if "epochs" in case:
            assert history.epoch == [value(case, e) for e in case["epochs"]]
    close(case, "final_weights", case["final_weights"], model.get_weights())
    if case.get("final_optimizer_variables"):
        got = [np.asarray(v) for v in model.optimizer.variables]
        close(case, "final_optimizer_variables", case["final_optimizer_variables"], got)
    if "eval" in case:
        ev = arrays(case, case["eval"])
        results = model.evaluate(
            ev["x"],
            ev["y"],
            batch_size=ev.get("batch_size"),
            sample_weight=ev.get("sample_weight"),
            verbose=0,
            return_dict=True,
        )
        assert sorted(results) == sorted(case["evaluate"])
        other = case.get("alternative", {}).get("evaluate", {})
        for name, want in case["evaluate"].items():
            close_to_one(case, [want, *([other[name]] if name in other else [])], np.asarray(results[name], np.float32))
        listed = model.evaluate(
            ev["x"], ev["y"], batch_size=ev.get("batch_size"), sample_weight=ev.get("sample_weight"), verbose=0
        )
        other = case.get("alternative", {}).get("evaluate_list")
        close_to_one(case, [case["evaluate_list"], *([other] if other else [])], np.asarray(listed, np.float32))
        predictions = model.predict(ev["x"], batch_size=ev.get("batch_size"), verbose=0)
        wanted = case["predictions"]
        wanted = [wanted[key] for key in sorted(wanted)] if isinstance(predictions, dict) else wanted
        for want, got in zip(wanted if isinstance(wanted, list) else [wanted], flatten(predictions), strict=True):
            check(case, want, got)
    assert model.count_params() == case["count_params"]
    if "summary" in case:
        text = io.StringIO()
        model.summary(line_length=case.get("summary_line_length", 80), print_fn=lambda line: text.write(line + "\n"))
        # Wider tables were recorded through a console of 80 columns, which cuts lines.
        lines = "\n".join(line[:80] for line in text.getvalue().splitlines())
        assert lines.split() == case["summary"].split()


@pytest.mark.parametrize("case", COVERED, ids=lambda c: c["id"])
def test_model_json(case):
    """A model describes itself as Keras does, is made again from that, and a clone says the same."""
    keraunos.utils.clear_session()
    model = build(case)
    if not model.built:
        model.build((None, *case["input_shapes"][0][1:]))
    assert json.loads(model.to_json()) == case["model_json"]
    again = keraunos.models.model_from_json(json.dumps(case["model_json"]))
    assert json.loads(again.to_json()) == case["model_json"]
    assert json.loads(keraunos.models.clone_model(model).to_json()) == case["model_json"]
    assert [w.shape for w in again.weights] == [w.shape for w in model.weights]
