"""The state of a model in files: which objects have some, under which names, and reading it back as a whole or not at
all.

A file holds one group per layer, named by the attributes that lead to it: `layers/dense_1` for the second Dense of a
graph or chain, `encoder/hidden` for what a subclass keeps in attributes, `heads/dense` for a list of them. The
optimizer's lies under `optimizer`.
"""

from keraunos._naming import snake_case


def walk(root):
    """(path, object) of `root` and of every layer and optimizer inside it, in the order of Keras's files."""
    seen = set()

    def visit(path, value):
        if id(value) in seen:
            return
        seen.add(id(value))
        yield path, value
        for name, child in _children(value):
            yield from visit_any(f"{path}/{name}" if path else name, child)

    def visit_any(path, value):
        if has_state(value):
            yield from visit(path, value)
        elif isinstance(value, (list, tuple, dict)) and id(value) not in seen:
            seen.add(id(value))
            counts = {}
            for item in value.values() if isinstance(value, dict) else value:
                if has_state(item):
                    yield from visit(f"{path}/{_numbered(snake_case(type(item).__name__), counts)}", item)
                elif isinstance(item, (list, tuple, dict)):
                    yield from visit_any(f"{path}/{_numbered('container', counts)}", item)

    yield from visit("", root)


def has_state(value):
    """Whether files have a group for `value`: layers and optimizers."""
    return hasattr(value, "save_own_variables") and not isinstance(value, type)


def _numbered(kind, counts):
    number = counts[kind] = counts.get(kind, -1) + 1
    return f"{kind}_{number}" if number else kind


def _children(value):
    """(name, attribute) as Keras visits them: the layers of graphs and chains first, then attributes by name, private
    ones last.

    What this package keeps in attributes of its own says so by `_not_in_files`.
    """
    layers = getattr(value, "_layers_in_files", None)
    if layers is not None and value._comes_first_in_files:
        yield "layers", layers
    names = set(vars(value)) - value._not_in_files
    names |= {"layers"} if layers is not None else set()
    for name in sorted(names, key=lambda name: f"~{name}" if name.startswith("_") else name):
        yield name, layers if name == "layers" and layers is not None else vars(value)[name]


def save_state(root, file, assets=None):
    """Writes the state of everything in `root`.

    Args:
        root: a model.
        file: has `make(path, name)`, which gives a group to be filled with arrays.
        assets: has `make(path)`, which gives a folder for layers that keep files; None: they keep none.
    """
    for path, value in walk(root):
        value.save_own_variables(file.make(path, getattr(value, "name", None)))
        if assets is not None and hasattr(value, "save_assets"):
            value.save_assets(assets.make(path))


def load_state(root, file, assets=None, skip_mismatch=False):
    """Reads what `save_state` (or Keras) wrote. All of it is read and compared with the model before anything changes.

    Args:
        root: a model, built.
        file: has `get(path)`, which gives a group of arrays, empty where there is none.
        assets: has `get(path)`, which gives a folder; None where there are none.
        skip_mismatch: whether layers whose number of arrays or shapes differ are left as they are.

    Raises:
        ValueError: when a layer's arrays do not fit.
    """
    optimizer = getattr(root, "optimizer", None)
    if optimizer is not None and not optimizer.built and len(file.get("optimizer")):
        optimizer.build(root.trainable_weights)
    assignments, own_ways = [], []
    for path, value in walk(root):
        group = file.get(path)
        if assets is not None and hasattr(value, "load_assets"):
            own_ways.append((value.load_assets, assets.get(path)))
        if getattr(type(value).load_own_variables, "_by_position", False):
            assignments += _matched(value, group, path, skip_mismatch)
        else:
            own_ways.append((value.load_own_variables, group))
    for variable, values in assignments:
        variable.assign(values)
    for load, source in own_ways:
        load(source)


def _matched(value, group, path, skip_mismatch):
    """(variable, array) pairs of a layer or optimizer that is saved by position."""
    variables = value._variables_in_files()
    if len(group) != len(variables):
        if skip_mismatch or value._may_be_missing:
            return []
        where = f"{path}/vars" if path else "vars"
        never = "; the layer was never built" if not variables and not getattr(value, "built", True) else ""
        raise ValueError(
            f"[load_weights] {getattr(value, 'path', value.name)}: expected {len(variables)} arrays in {where}, the "
            f"file has {len(group)}{never}"
        )
    found = []
    for position, variable in enumerate(variables):
        shape = group.shape(str(position))
        if shape != variable.shape:
            if skip_mismatch or value._may_be_missing:
                continue
            raise ValueError(f"[load_weights] {variable.path}: expected shape {variable.shape}, the file has {shape}")
        found.append((variable, group[str(position)]))
    return found


def by_position(method):
    """Marks a `load_own_variables` that does nothing but assign arrays in order, so that they can be compared
    before."""
    method._by_position = True
    return method
