"""train_on_batch and test_on_batch: one step, with metrics of that batch alone."""

from keraunos.training import checks, data
from keraunos.training.class_weights import ClassWeights
from keraunos.training.loop import run_batch


def on_batch(model, kind, x, y, sample_weight, class_weight, return_dict):
    """See `Model.train_on_batch`."""
    checks.check_compiled(model, f"{kind}_on_batch")
    class_weight = ClassWeights(class_weight, model) if class_weight else None
    batch = data.assemble(x, y, sample_weight, class_weight)
    checks.check_data(model, data.ArrayData(batch, max(1, len(data.flatten(batch)[0]))), "x")
    model.reset_metrics()
    run_batch(model._programs, kind, model, batch)
    logs = model._results(kind)
    return logs if return_dict else model._listed(logs)
