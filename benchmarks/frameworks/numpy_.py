"""NumPy: the step written out by hand, as a course would have it, with reused buffers where that is natural."""

import numpy as np


class Runner:
    def __init__(self, workload, data):
        self.workload = workload
        self.x, self.y = data
        self.weights = [[w.copy() for w in pair] for pair in workload.weights()]
        self.m = [[np.zeros_like(w) for w in pair] for pair in self.weights]
        self.v = [[np.zeros_like(w) for w in pair] for pair in self.weights]
        self.t = 0
        self.rng = np.random.default_rng(3)

    def _forward(self, x):
        activations = [x]
        for kernel, bias in self.weights[:-1]:
            activations.append(np.maximum(activations[-1] @ kernel + bias, 0))
        logits = activations[-1] @ self.weights[-1][0] + self.weights[-1][1]
        shifted = np.exp(logits - logits.max(1, keepdims=True))
        return activations, shifted / shifted.sum(1, keepdims=True)

    def _step(self, x, y):
        activations, probabilities = self._forward(x)
        rows = np.arange(len(y))
        loss = -np.log(probabilities[rows, y]).mean()
        delta = probabilities
        delta[rows, y] -= 1
        delta /= len(y)
        gradients = []
        for layer in range(len(self.weights) - 1, -1, -1):
            gradients.append((activations[layer].T @ delta, delta.sum(0)))
            if layer:
                delta = (delta @ self.weights[layer][0].T) * (activations[layer] > 0)
        self._update(gradients[::-1])
        return loss

    def _update(self, gradients):
        rate = self.workload.rate
        if self.workload.optimizer == "sgd":
            for pair, found in zip(self.weights, gradients, strict=True):
                for w, g in zip(pair, found, strict=True):
                    w -= rate * g
            return
        self.t += 1
        alpha = rate * np.sqrt(1 - 0.999**self.t) / (1 - 0.9**self.t)
        for pair, ms, vs, found in zip(self.weights, self.m, self.v, gradients, strict=True):
            for w, m, v, g in zip(pair, ms, vs, found, strict=True):
                m += 0.1 * (g - m)
                v += 0.001 * (g * g - v)
                w -= np.float32(alpha) * m / (np.sqrt(v) + np.float32(1e-7))

    def losses(self, steps):
        batch = self.workload.batch
        rows = [slice(i * batch, (i + 1) * batch) for i in range(steps)]
        return [float(self._step(self.x[r], self.y[r])) for r in rows]

    def fit(self):
        for _ in range(self.workload.epochs):
            order = self.rng.permutation(self.workload.rows)
            for i in range(self.workload.steps):
                rows = order[i * self.workload.batch : (i + 1) * self.workload.batch]
                self._step(self.x[rows], self.y[rows])

    def predict(self, rows):
        return self._forward(self.x[:rows])[1]


def prepare(workload, data, threads):
    # OpenBLAS took its thread count from OMP_NUM_THREADS, which the driver has set, when NumPy was imported.
    return Runner(workload, data)


def version():
    return f"NumPy {np.__version__}"
