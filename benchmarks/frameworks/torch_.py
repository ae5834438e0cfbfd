"""PyTorch, eager: the training loop of its tutorials, with the data already in tensors; pictures and kernels are
`channels_last`."""

import math

import numpy as np
import torch
from torch import nn

from benchmarks import layers

EPSILON = 1e-7  # of Adam, the default of Keras


def _filled(module, *arrays):
    """`module` with these weights, in the order of its state."""
    for tensor, array in zip(module.state_dict().values(), arrays, strict=False):
        tensor.copy_(torch.from_numpy(np.ascontiguousarray(array)))
    return module


def _build(workload):
    """The network with the common initial weights; its outputs are logits."""
    modules, weights, order = [], iter(workload.weights()), slice(None)
    for layer, shape in workload.inputs():
        match layer:
            case layers.Dense():
                kernel, bias = next(weights)
                modules.append(_filled(nn.Linear(shape[0], layer.units), kernel[order].T, bias))
                modules += [nn.ReLU()] if layer.activation == "relu" else []
                order = slice(None)
            case layers.Conv():
                kernel, *bias = next(weights)
                conv = nn.Conv2d(shape[-1], layer.filters, 3, padding=layer.padding, bias=not layer.plain)
                modules.append(_filled(conv, kernel.transpose(3, 2, 0, 1), *bias))
                modules += [] if layer.plain else [nn.ReLU()]
            case layers.BatchNorm():
                modules.append(_filled(nn.BatchNorm2d(shape[-1], eps=1e-3, momentum=0.01), *next(weights)))
            case layers.ReLU():
                modules.append(nn.ReLU())
            case layers.MaxPool():
                modules.append(nn.MaxPool2d(2))
            case layers.GlobalAveragePool():
                modules += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
            case layers.Flatten():
                modules.append(nn.Flatten())
                # PyTorch flattens (channels, height, width): the next kernel's rows are wanted in that order.
                order = np.arange(math.prod(shape)).reshape(-1, shape[-1]).T.ravel()
            case layers.Dropout():
                modules.append(nn.Dropout(layer.rate))
    return nn.Sequential(*modules)


class Runner:
    def __init__(self, workload, data):
        self.workload = workload
        self.x, self.y = map(torch.from_numpy, data)
        self.model = _build(workload).to(memory_format=torch.channels_last)
        kinds = {"sgd": torch.optim.SGD, "adam": lambda p, lr: torch.optim.Adam(p, lr=lr, eps=EPSILON)}
        self.optimizer = kinds[workload.optimizer](self.model.parameters(), lr=workload.rate)
        self.loss = nn.CrossEntropyLoss()

    def _forward(self, rows):
        x = self.x[rows]
        return self.model(x.permute(0, 3, 1, 2) if x.ndim == 4 else x)

    def _step(self, rows):
        self.optimizer.zero_grad()
        output = self._forward(rows)
        loss = self.loss(output, self.y[rows])
        loss.backward()
        self.optimizer.step()
        return loss, output

    def losses(self, steps):
        self.model.train()
        batch, found = self.workload.batch, []
        for i in range(steps):
            for group in self.optimizer.param_groups:
                # PyTorch adds epsilon to the root of the unbiased second moment, Keras to that of the biased one.
                group["eps"] = EPSILON / math.sqrt(1 - 0.999 ** (i + 1))
            found.append(float(self._step(slice(i * batch, (i + 1) * batch))[0].detach()))
        return found

    def fit(self):
        self.model.train()
        for _ in range(self.workload.epochs):
            total, correct = torch.zeros(()), torch.zeros((), dtype=torch.int64)
            for rows in torch.randperm(self.workload.rows).split(self.workload.batch):
                loss, output = self._step(rows)
                total += loss.detach()
                correct += (output.argmax(1) == self.y[rows]).sum()

    def predict(self, rows):
        if self.model.training:
            self.model.eval()
        with torch.inference_mode():
            return torch.softmax(self._forward(slice(rows)), 1).numpy()


def prepare(workload, data, threads):
    torch.set_num_threads(threads)
    return Runner(workload, data)


def version():
    return f"PyTorch {torch.__version__}"
