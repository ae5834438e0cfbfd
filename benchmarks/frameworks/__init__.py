"""One module per framework. Each has `version()` and `prepare(workload, data, threads)`, which returns an object with

* `losses(steps)`: the loss of each of the first steps from the common initial weights, rows in order (for the check),
* `fit()`: trains `workload.epochs` epochs the way users of the framework do, shuffled,
* `predict(rows)`: outputs for the first rows as a NumPy array, in one batch.
"""
