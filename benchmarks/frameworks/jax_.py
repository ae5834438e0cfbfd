"""JAX: a step under `jax.jit`, called from a Python loop over shuffled rows on the device."""

import os

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402


def forward(weights, x):
    for kernel, bias in weights[:-1]:
        x = jax.nn.relu(x @ kernel + bias)
    return x @ weights[-1][0] + weights[-1][1]


def objective(weights, x, y):
    logits = forward(weights, x)
    losses = -jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], 1)
    return losses.mean(), (logits.argmax(1) == y).sum()


class Runner:
    def __init__(self, workload, data):
        self.workload = workload
        self.host_x, y = data
        self.x, self.y = jnp.asarray(self.host_x), jnp.asarray(y.astype(np.int32))
        weights = jax.tree.map(jnp.asarray, workload.weights())
        self.state = (
            weights,
            jax.tree.map(jnp.zeros_like, weights),
            jax.tree.map(jnp.zeros_like, weights),
            jnp.zeros(()),
        )
        rate, adam = workload.rate, workload.optimizer == "adam"

        def step(state, all_x, all_y, rows):
            weights, m, v, t = state
            (loss, correct), g = jax.value_and_grad(objective, has_aux=True)(weights, all_x[rows], all_y[rows])
            if not adam:
                return (jax.tree.map(lambda w, d: w - rate * d, weights, g), m, v, t), loss, correct
            t = t + 1
            m = jax.tree.map(lambda a, d: 0.9 * a + 0.1 * d, m, g)
            v = jax.tree.map(lambda a, d: 0.999 * a + 0.001 * d * d, v, g)
            alpha = rate * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
            weights = jax.tree.map(lambda w, a, b: w - alpha * a / (jnp.sqrt(b) + 1e-7), weights, m, v)
            return (weights, m, v, t), loss, correct

        self.step = jax.jit(step, donate_argnums=0)
        self.outputs = jax.jit(lambda weights, x: jax.nn.softmax(forward(weights, x)))
        self.rng = np.random.default_rng(3)

    def losses(self, steps):
        found = []
        for i in range(steps):
            rows = np.arange(i * self.workload.batch, (i + 1) * self.workload.batch)
            self.state, loss, _ = self.step(self.state, self.x, self.y, rows)
            found.append(float(loss))
        return found

    def fit(self):
        for _ in range(self.workload.epochs):
            order = self.rng.permutation(self.workload.rows)
            for i in range(self.workload.steps):
                rows = order[i * self.workload.batch : (i + 1) * self.workload.batch]
                self.state, loss, _ = self.step(self.state, self.x, self.y, rows)
            loss.block_until_ready()

    def predict(self, rows):
        return np.asarray(self.outputs(self.state[0], self.host_x[:rows]))


def prepare(workload, data, threads):
    # XLA's CPU client takes its threads from the affinity mask, which the driver has set.
    return Runner(workload, data)


def version():
    return f"JAX {jax.__version__}"
