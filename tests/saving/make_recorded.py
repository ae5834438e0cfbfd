"""Writes tests/saving/recorded/: the model files of the golden cases, saved by the real Keras.

    KERAS_BACKEND=tensorflow python tests/saving/make_recorded.py FOLDER_OF_GOLDEN_CASES

Needs a Python with Keras 3.15 and TensorFlow. Models are built from the recorded source and get the recorded weights
and optimizer state, so that the recorded outputs and resumed trainings hold for the files.
"""

import json
import pathlib
import sys

import keras
import numpy as np

TARGET = pathlib.Path(__file__).parent / "recorded"
# Recurrent, attention and text layers are not there yet.
LEFT_OUT = ("lstm_embedding", "bidirectional", "transformer")


def revive(entry):
    """Objects of a recorded configuration."""
    if isinstance(entry, list):
        return [revive(item) for item in entry]
    if not isinstance(entry, dict) or "class_name" not in entry:
        return entry
    config = {key: revive(value) for key, value in entry["config"].items()}
    for package in (keras.optimizers, keras.optimizers.schedules, keras.losses, keras.metrics):
        if hasattr(package, entry["class_name"]):
            return getattr(package, entry["class_name"])(**config)
    raise ValueError(entry["class_name"])


def main(folder):
    folder = pathlib.Path(folder)
    TARGET.mkdir(exist_ok=True)
    for case in json.loads((folder / "index.json").read_text())["cases"]:
        if case["kind"] != "file" or case["id"].split("/")[1] in LEFT_OUT:
            continue
        archive = np.load(folder / case["npz"])

        def value(ref, archive=archive):
            return archive[ref["array"]] if "array" in ref else np.array(ref["value"], ref["dtype"])

        keras.utils.clear_session()
        scope = {}
        exec(case["builder"]["source"], scope)
        model = scope[case["builder"]["function"]](keras, **case["builder"]["params"])
        model.set_weights([value(w) for w in case["weights"]])
        if case.get("compiled"):
            model.compile(**{name: revive(entry) for name, entry in case["compile"].items()})
            model.optimizer.build(model.trainable_variables)
            for variable, ref in zip(model.optimizer.variables, case["optimizer_variables"], strict=True):
                variable.assign(value(ref))
        path = TARGET / pathlib.Path(case["path"]).name
        model.save_weights(path) if case["format"] == "weights_h5" else model.save(path)
        print(path, path.stat().st_size)


if __name__ == "__main__":
    main(sys.argv[1])
