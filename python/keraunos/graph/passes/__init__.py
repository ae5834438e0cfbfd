"""Graph passes, one per file: `run(graph) -> graph`. Order matters; fusion comes last, after differentiation."""

from keraunos.graph.passes import (
    fold_constants,
    fold_scale,
    fuse_batch,
    fuse_epilogue,
    fuse_norm,
    fuse_update,
    index_pools,
    prune,
    share,
    simplify,
)

PIPELINE = (
    prune,
    fold_constants,
    simplify,
    share,
    index_pools,
    fuse_norm,
    fold_scale,
    fuse_batch,
    fuse_epilogue,
    fuse_update,
    prune,
)
