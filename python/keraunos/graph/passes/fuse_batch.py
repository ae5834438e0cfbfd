"""fuse_batch: the cast and scale that follow a batch gather become part of it.

Pattern: `cast`, `multiply`, `add` or `subtract` by a constant scalar on a gathered batch (also through reshapes)
that nobody else reads. Pictures stay uint8 in memory, a quarter of float32, and are scaled while they are copied.
A gather computes in float32 and rounds once, so only one step after the rounding to a half may join it, and that only
where the rounding changed nothing, because the source is uint8.
"""

from keraunos.graph import dtypes
from keraunos.graph.ir import rewrite
from keraunos.graph.opdef import REGISTRY


def run(graph):
    users = graph.users()
    results = {id(t) for t in graph.results()}
    alone = set()  # ids of tensors of the new graph that have one reader

    def visit(node, inputs, make):
        for old, new in zip(node.inputs, inputs, strict=True):
            if len(users.get(id(old), ())) == 1 and id(old) not in results:
                alone.add(id(new))
        found = _changed(node, inputs)
        if found is None:
            return None
        source, dtype, scale, offset = found
        chain = [source]
        while chain[-1].node.op.name == "reshape":
            chain.append(chain[-1].node.inputs[0])
        batch = chain[-1].node
        if batch.op.name != "batch" or any(id(t) not in alone for t in chain):
            return None
        if not _may_join(node, source, dtype, batch):
            return None
        attrs = {
            **batch.attrs,
            "dtype": dtype,
            "scale": batch.attrs["scale"] * scale,
            "offset": batch.attrs["offset"] * scale + offset,
        }
        outputs = make(REGISTRY["batch"], batch.inputs, attrs, batch.scope)
        if outputs[0].shape != node.outputs[0].shape:
            alone.add(id(outputs[0]))
            outputs = make(REGISTRY["reshape"], outputs, {"shape": node.outputs[0].shape}, node.scope)
        return outputs

    return rewrite(graph, visit)


def _may_join(node, source, dtype, batch):
    """Whether `node`, which makes `dtype` of `source`, may become part of `batch`."""
    plain = batch.attrs["scale"] == 1 and batch.attrs["offset"] == 0
    stored = batch.inputs[0].dtype
    if source.dtype in dtypes.HALVES:
        return plain and stored in ("uint8", source.dtype)
    if node.op.name != "cast":
        return dtypes.is_float(source.dtype)
    rounds = dtype in dtypes.HALVES and source.dtype == "float32" and stored != "float64"
    return rounds or (plain and dtypes.is_float(dtype))


def _changed(node, inputs):
    """(tensor, dtype, scale, offset) of a node that converts one tensor by constants, else None."""
    name = node.op.name
    if name == "cast" and node.attrs["scale"] == 1 and node.attrs["offset"] == 0:
        return inputs[0], node.attrs["dtype"], 1.0, 0.0
    if name not in ("multiply", "add", "subtract", "divide"):
        return None
    for place in (1, 0) if name in ("multiply", "add") else (1,):
        other = inputs[1 - place]
        value = inputs[place].node.attrs.get("value") if inputs[place].node.op.name == "constant" else None
        if value is not None and value.size == 1 and other.shape == node.outputs[0].shape:
            value = float(dtypes.unpack(value, inputs[place].dtype).reshape(()))
            if name == "multiply":
                return other, node.outputs[0].dtype, value, 0.0
            if name == "divide":
                return (other, node.outputs[0].dtype, 1.0 / value, 0.0) if value else None
            return other, node.outputs[0].dtype, 1.0, value if name == "add" else -value
    return None
