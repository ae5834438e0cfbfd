"""Writes the committed part of the golden cases: `python tests/parity/make_small.py <folder of the full set>`.

The smallest case of every class is chosen, of layers and metrics for some classes, and some by name.
"""

import json
import pathlib
import sys

import numpy as np

LIMIT_BYTES = 40_000
METRICS = (
    "Accuracy",
    "BinaryAccuracy",
    "SparseCategoricalAccuracy",
    "TopKCategoricalAccuracy",
    "Mean",
    "F1Score",
    "MeanIoU",
    "R2Score",
    "PrecisionAtRecall",
    "MeanSquaredError",
)
LAYERS = (
    "Dense",
    "Flatten",
    "Reshape",
    "Activation",
    "ReLU",
    "PReLU",
    "Softmax",
    "Dropout",
    "Rescaling",
    "Normalization",
    "ActivityRegularization",
    "Add",
    "Concatenate",
)
# Cases whose point is a convention; they go in whatever their size.
WANTED = (
    "activation/relu/kink",
    "activation/hard_tanh/kink",
    "layer/Dense/reg1",
    "layer/Dense/act_softmax",
    "loss/SparseCategoricalCrossentropy/37_spp",
    "metric/AUC/ROC_interpolation",
    "metric/Precision/2",
    "initializer/GlorotUniform/00_0",
    "initializer/layer_default/0_Dense",
    "optimizer/Adam/tiny_grads",
    "optimizer/SGD/accumulation",
    "optimizer/Adam/ema",
    "optimizer/AdamW/exclude",
)


def references(value):
    """The keys of all arrays in a case."""
    if isinstance(value, dict):
        if "array" in value and "dtype" in value:
            yield value["array"]
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def main(source):
    source = pathlib.Path(source)
    index = json.loads((source / "index.json").read_text())
    archives = {path.name: np.load(path) for path in (source / "arrays").glob("*.npz")}
    arrays, chosen, counts, size = {}, [], {}, 0

    def data(case):
        return {key: archives[pathlib.Path(case["npz"]).name][key] for key in references(case)} if case["npz"] else {}

    sized = [(sum(a.nbytes for a in data(case).values()), case) for case in index["cases"] if case["kind"] != "file"]
    for nbytes, case in sorted(sized, key=lambda pair: pair[0]):
        name = case["kind"], case.get("class_name") or case.get("function") or case.get("name")
        taken = counts.get(name, 0)
        outside = {"layer": LAYERS, "metric": METRICS}.get(case["kind"], (name[1],))
        fits = taken == 0 and size + nbytes < LIMIT_BYTES and name[1] in outside and "function" not in case
        fits = fits and case["kind"] not in ("model", "random_layer", "utility", "initializer")
        if case["id"] in WANTED or fits:
            counts[name] = taken + 1
            size += nbytes
            arrays.update(data(case))
            chosen.append({**case, "npz": "arrays.npz"})
    target = pathlib.Path(__file__).parent / "golden-small"
    target.mkdir(exist_ok=True)
    np.savez_compressed(target / "arrays.npz", **arrays)
    lines = ",\n".join(json.dumps(case) for case in sorted(chosen, key=lambda case: case["id"]))
    head = json.dumps({**{k: v for k, v in index.items() if k not in ("cases", "num_cases")}, "num_cases": len(chosen)})
    (target / "index.json").write_text(f'{head[:-1]}, "cases": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main(sys.argv[1])
