"""Writes the committed part of the golden cases: `python tests/parity/make_small.py <folder of the full set>`.

The smallest case of every class is chosen, of layers and metrics for some classes, and some by name.
"""

import json
import pathlib
import sys

import numpy as np

LIMIT_BYTES = 40_000
SMALL = 16  # elements
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
    "layer/Conv1D/h03",  # causal, dilated
    "layer/Conv2D/h03",  # "same" with stride 2: more zeros behind than before
    "layer/Conv2D/h17",  # channels first
    "layer/Conv2D/s04",
    "layer/Conv3D/h04",
    "layer/Conv2DTranspose/h07",  # output_padding
    "layer/DepthwiseConv2D/h05",
    "layer/SeparableConv2D/h01",
    "layer/MaxPooling2D/ties",
    "layer/MaxPooling2D/h04",
    "layer/AveragePooling2D/h03",
    "layer/GlobalAveragePooling2D/1",
    "layer/AdaptiveMaxPooling2D/1",
    "layer/BatchNormalization/h01_train",
    "layer/BatchNormalization/h01_infer",
    "layer/BatchNormalization/mask_train",
    "layer/LayerNormalization/h02",
    "layer/GroupNormalization/h03",
    "layer/Resizing/bilinear1",
    "layer/Resizing/bicubic2",
    "layer/Resizing/antialias_bilinear",
    "layer/Resizing/aspect1",
    "layer/Resizing/uint8",
    "layer/ZeroPadding2D/2",
    "layer/Cropping2D/2",
    "layer/UpSampling2D/3_bilinear",
    "layer/Embedding/int64",
    "layer/EinsumDense/1",
    "layer/Dot/3",
    "layer/Masking/1",
    "layer/TimeDistributed/0",
    "layer/CategoryEncoding/count_weights",
    "layer/Discretization/adapt",
    "layer/Hashing/strings",
    "layer/Hashing/salt",
    "layer/IntegerLookup/adapt",
    "layer/StringLookup/adapt",
    "layer/StringLookup/tf_idf",
    "layer/CenterCrop/3",
    "loss/SparseCategoricalCrossentropy/37_spp",
    "metric/AUC/ROC_interpolation",
    "metric/Precision/2",
    "initializer/GlorotUniform/00_0",
    "initializer/layer_default/0_Dense",
    "initializer/layer_default/3_Embedding",
    "utility/pad_sequences/07",
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


def written(value, arrays, names):
    """A copy of `value` with small arrays written out and the keys of the others shortened to those of `names`."""
    if isinstance(value, list):
        return [written(item, arrays, names) for item in value]
    if not isinstance(value, dict):
        return value
    copy = {key: written(item, arrays, names) for key, item in value.items()}
    if "array" not in copy or "dtype" not in copy:
        return copy
    if is_small(array := arrays[copy["array"]]):
        del copy["array"]
        # The shortest decimals that give the same float32.
        return {**copy, "value": np.reshape([json.loads(str(x)) for x in array.ravel()], array.shape).tolist()}
    return {**copy, "array": names[copy["array"]]}


def is_small(array):
    """Whether numbers in the index take less room than an array of the archive, some 230 bytes with its headers."""
    return array.dtype in ("float32", "int32") and 0 < array.size <= SMALL and np.isfinite(array).all()


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
            size += nbytes if fits else 0
            arrays.update(data(case))
            chosen.append({**case, "npz": "arrays.npz"})
    target = pathlib.Path(__file__).parent / "golden-small"
    target.mkdir(exist_ok=True)
    # Every key stands in the index once and in the archive twice.
    names = {key: f"a{number}" for number, key in enumerate(sorted(arrays))}
    kept = {names[key]: array for key, array in sorted(arrays.items()) if not is_small(array)}
    np.savez_compressed(target / "arrays.npz", **kept)
    chosen = [written(case, arrays, names) for case in sorted(chosen, key=lambda case: case["id"])]
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in chosen)
    head = json.dumps({**{k: v for k, v in index.items() if k not in ("cases", "num_cases")}, "num_cases": len(chosen)})
    (target / "index.json").write_text(f'{head[:-1]}, "cases": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main(sys.argv[1])
