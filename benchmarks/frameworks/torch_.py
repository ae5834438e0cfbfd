"""PyTorch, eager: the training loop of its tutorials, with the data already in tensors."""

import torch
from torch import nn


class Runner:
    def __init__(self, workload):
        self.workload = workload
        x, y = workload.data()
        self.x, self.y = torch.from_numpy(x), torch.from_numpy(y)
        layers = []
        for kernel, bias in workload.weights():
            linear = nn.Linear(*kernel.shape)
            with torch.no_grad():
                linear.weight.copy_(torch.from_numpy(kernel.T.copy()))
                linear.bias.copy_(torch.from_numpy(bias))
            layers += [linear, nn.ReLU()]
        self.model = nn.Sequential(*layers[:-1])
        kinds = {"sgd": torch.optim.SGD, "adam": lambda p, lr: torch.optim.Adam(p, lr=lr, eps=1e-7)}
        self.optimizer = kinds[workload.optimizer](self.model.parameters(), lr=workload.rate)
        self.loss = nn.CrossEntropyLoss()

    def _step(self, rows):
        self.optimizer.zero_grad()
        output = self.model(self.x[rows])
        loss = self.loss(output, self.y[rows])
        loss.backward()
        self.optimizer.step()
        return loss, output

    def losses(self, steps):
        batch = self.workload.batch
        return [float(self._step(slice(i * batch, (i + 1) * batch))[0].detach()) for i in range(steps)]

    def fit(self):
        for _ in range(self.workload.epochs):
            total, correct = torch.zeros(()), torch.zeros((), dtype=torch.int64)
            for rows in torch.randperm(self.workload.rows).split(self.workload.batch):
                loss, output = self._step(rows)
                total += loss.detach()
                correct += (output.argmax(1) == self.y[rows]).sum()

    def predict_row(self):
        with torch.no_grad():
            return torch.softmax(self.model(self.x[:1]), 1).numpy()


def prepare(workload, threads):
    torch.set_num_threads(threads)
    return Runner(workload)


def version():
    return f"PyTorch {torch.__version__}"
