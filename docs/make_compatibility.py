"""Writes docs/keras-compatibility.md: which public names of Keras 3 are there, and why others are not.

    python docs/make_compatibility.py

The names are those of docs/keras-names.txt; what is there is looked up in the package. tests/test_docs.py compares, so
that the page stays true.
"""

import importlib
import pathlib
import re

FOLDER = pathlib.Path(__file__).resolve().parent
PAGE = FOLDER / "keras-compatibility.md"

# Reason -> names (regular expressions of whole names) that are not there for it. The first five have an issue, or a
# purpose, of their own and do not count in the share.
APART = {
    "recurrent layers: to come": r"keras\.layers\."
    r"(Bidirectional|ConvLSTM[123]D|GRU(Cell)?|LSTM(Cell)?|RNN|SimpleRNN(Cell)?|StackedRNNCells)",
    "attention layers: to come (`keras.ops.dot_product_attention` is there)": r"keras\.layers\."
    r"(AdditiveAttention|Attention|GroupQueryAttention|MultiHeadAttention)",
    "text layers: to come": r"keras\.layers\.TextVectorization",
    "distribution over several devices: a model runs on one": r"keras\.distribution\..*",
    "quantization: not there": r"keras\."
    r"(quantizers\..*|Quantizer|dtype_policies\.(AWQ|GPTQ|Int4|Quantized|QuantizedFloat8)DTypePolicy)",
}
# Names that are there for their error alone.
REFUSED = r"keras\.ops(\.\w+)?\.(eig|view_as_complex|view_as_real)"
MISSING = {
    "layers of other frameworks: there is no other framework inside": r"keras\.layers\."
    r"(FlaxLayer|JaxLayer|TorchModuleWrapper|TFSMLayer)",
    "exports TensorFlow's SavedModel: save a `.keras` file and export it with Keras": r"keras\.export\.ExportArchive",
    "needs Orbax; `BackupAndRestore` and `ModelCheckpoint` are there": r"keras\.callbacks\.OrbaxCheckpoint",
    "sends training data over the network; write a `Callback` that does": r"keras\.callbacks\.RemoteMonitor",
    "state is never passed around: steps are compiled with their variables": r"keras\.(StatelessScope|SymbolicScope)",
    "memory is planned for the whole step; nothing is computed twice": r"keras\.(RematScope|remat)",
    "the files are zip archives with HDF5 inside; edit them with `zipfile` and `h5py`": r"keras\.saving\."
    r"KerasFileEditor",
    "there is no complex dtype; they raise an error that says what to use": REFUSED,
}


def names():
    """{module: [names]} of Keras."""
    found, module = {}, None
    for line in (FOLDER / "keras-names.txt").read_text().splitlines():
        if line.startswith("keras"):
            module = line.rstrip(":")
        elif line.startswith(" "):
            found.setdefault(module, []).extend(line.split())
    return found


def is_there(module, name):
    """Whether the package has `module.name`, for more than to raise an error."""
    if re.fullmatch(REFUSED, f"{module}.{name}"):
        return False
    try:
        place = importlib.import_module("keraunos" + module.removeprefix("keras"))
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("keraunos"):
            raise
        return False
    return name in dir(place) or hasattr(place, name)


def reason(name):
    """(why a name is not there, whether it counts in the share), or (None, True)."""
    for table, counts in ((APART, False), (MISSING, True)):
        for text, pattern in table.items():
            if re.fullmatch(pattern, name):
                return text, counts
    return None, True


def survey():
    """[(module, name, there, reason, counts)]."""
    rows = []
    for module, members in names().items():
        for name in members:
            why, counts = reason(f"{module}.{name}")
            rows.append((module, name, is_there(module, name), why, counts))
    return rows


def page():
    """The text of the page."""
    rows = survey()
    counted = [row for row in rows if row[4]]
    there = sum(row[2] for row in counted)
    lines = [
        "# Keras, name by name",
        "",
        "<!-- written by docs/make_compatibility.py -->",
        "",
        f"Of the {len(rows)} public names of Keras 3.15.1, {sum(row[2] for row in rows)} are there: {there} of "
        f"{len(counted)} "
        f"(**{100 * there / len(counted):.1f} %**) outside of what has a place of its own (recurrent, attention and "
        "text layers, distribution, "
        "quantization).",
        "",
        "| module | there | of |",
        "|---|--:|--:|",
    ]
    for module in names():
        mine = [row for row in rows if row[0] == module]
        lines.append(f"| `{module}` | {sum(row[2] for row in mine)} | {len(mine)} |")
    lines += ["", "## What is not there, and why", ""]
    absent = {}
    for module, name, found, why, _ in rows:
        if not found:
            absent.setdefault(why or "not there yet", []).append(
                f"`{module.removeprefix('keras').lstrip('.')}{'.' if module != 'keras' else ''}{name}`"
            )
    for why, found in sorted(absent.items()):
        lines.append(f"* {why[0].upper()}{why[1:]}: {', '.join(found)}.")
    lines += ["", *NOTES]
    return "\n".join(lines) + "\n"


NOTES = """## Where keraunos does something else

* Code in files is never run: Python lambdas in models cannot be saved or loaded, `safe_mode=False` changes nothing, and
  `keras.config.enable_unsafe_deserialization()` is an error. Use functions that are registered with
  `keras.saving.register_keras_serializable`.
* Mistakes are errors before the first batch: labels out of range, NaN in the data, softmax over one unit, a missing
  channel axis, and the like.
* A model with several outputs reports running means of their losses weighted by batch sizes, as Keras does eagerly; in
  compiled steps Keras gives smaller last batches the weight of whole ones.
* `jit_compile` and `steps_per_execution` are accepted; every step is compiled, and many run between two looks at
  Python.
* There are no sparse, ragged or complex tensors. Strings are NumPy arrays, which lookup layers and data sets take on
  the host.
* `keras.distillation.LogitsDistillation()` compares probabilities, as its documentation in Keras says; Keras's code
  compares raw logits unless it is given `KLDivergence()`. A `Distiller` counts sample weights and the student's
  regularization, which Keras leaves out.
* Random numbers repeat by seed, but are not those of TensorFlow, JAX or PyTorch.
* `tensorflow` under `python -m keraunos` is what teaching code uses of it; everything else is an error that names it.
  Python's `if` and `while` on tensors inside of `tf.function` are not rewritten.
""".splitlines()


if __name__ == "__main__":
    PAGE.write_text(page())
    print(PAGE)
