"""Progbar: Keras's progress line."""

import sys
import time

from keraunos import config
from keraunos.utils.messages import say

BAR = 20  # characters
REDRAW_SECONDS = 0.05


class Progbar:
    """A progress bar: `12/1875 ━━━━━━━━━━━━━━━━━━━━ 3s 2ms/step - loss: 0.31`.

    On a terminal or in Jupyter the line is redrawn, at most twenty times a second; elsewhere it is printed once, when
    the target is reached.

    Args:
        target: number of steps, or None when it is not known.
        width: characters of the bar.
        verbose: 1 bar, 2 one line at the end.
        interval: least seconds between redraws.
        stateful_metrics: names of values that are shown as they are; others are averaged over the steps.
        stateless_metrics: names of values that are averaged; others are shown as they are.
        unit_name: what a step is called.

    Raises:
        ValueError: when both `stateful_metrics` and `stateless_metrics` are given.

    Example:

    >>> import keraunos as keras
    >>> bar = keras.utils.Progbar(2, verbose=0)
    >>> bar.update(1)
    """

    def __init__(self, target, width=BAR, verbose=1, interval=REDRAW_SECONDS, stateful_metrics=None,
                 stateless_metrics=None, unit_name="step"):  # fmt: skip
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ValueError("[Progbar] only one of stateful_metrics and stateless_metrics can be given")
        self.target, self.width, self.verbose, self.interval, self.unit_name = (
            target,
            width,
            verbose,
            interval,
            unit_name,
        )
        self._start = time.perf_counter()
        self._last = -interval
        self._drawn = 0
        self._live = live_output()
        self.stateful_metrics = None if stateless_metrics is not None else set(stateful_metrics or ())
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self._seen = 0
        self._totals = {}

    def due(self):
        """Whether a redraw would be shown now."""
        return self.verbose == 1 and self._live and time.perf_counter() - self._last >= self.interval

    def update(self, current, values=None, finalize=None):
        """Shows that `current` steps are done.

        Args:
            current: steps done.
            values: list of (name, value) of the steps since the last update.
            finalize: whether this is the end; default: when `current` reaches the target.
        """
        values = [(name, self._shown(name, value, max(1, current - self._seen))) for name, value in values or ()]
        self._seen = current
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        if not self.verbose or not (finalize or self.due()):
            return
        self._last = time.perf_counter()
        line = self.line(current, values, finalize)
        if self._live and self.verbose == 1:
            padding = " " * max(0, self._drawn - len(line))
            sys.stdout.write(f"\r{line}{padding}" + ("\n" if finalize else ""))
            self._drawn = len(line)
            sys.stdout.flush()
        else:
            say(line)
            sys.stdout.flush()

    def _shown(self, name, value, steps):
        if name in self.stateful_metrics if self.stateless_metrics is None else name not in self.stateless_metrics:
            return value
        total, count = self._totals.get(name, (0, 0))
        self._totals[name] = total + value * steps, count + steps
        return self._totals[name][0] / self._totals[name][1]

    def line(self, current, values=None, finalize=False):
        """The text of the line."""
        elapsed = time.perf_counter() - self._start
        per_step = elapsed / current if current else 0.0
        live = self._live and self.verbose == 1
        if self.target is None:
            parts = [f"{current:>7}/Unknown"]
        else:
            parts = [_bold(f"{current:>{len(str(self.target))}}/{self.target}", live)]
        if self.target is not None and self.verbose == 1:
            filled = int(self.width * current / self.target) if self.target else self.width
            parts.append(_bar(filled, self.width, live))
        left = elapsed if finalize or self.target is None else per_step * (self.target - current)
        parts += [_bold(_duration(left), live), _per_step(per_step, self.unit_name)]
        values = [f"{name}: {_number(value)}" for name, value in values or ()]
        if self.verbose == 2:
            return " - ".join(parts + values)
        return " - ".join([" ".join(parts), *values])

    def add(self, n, values=None):
        """Shows `n` more steps."""
        self.update(self._seen + n, values)


def live_output():
    """Whether the output redraws lines: a terminal, or a Jupyter kernel, unless messages are logged."""
    if not config.is_interactive_logging_enabled():
        return False
    stream = sys.stdout
    if hasattr(stream, "isatty") and stream.isatty():
        return True
    return type(stream).__module__.startswith("ipykernel")


def _bold(text, live):
    return f"\033[1m{text}\033[0m" if live else text


def _bar(filled, width, colour):
    done, rest = "━" * filled, "━" * (width - filled)
    return f"\033[32m{done}\033[0m\033[37m{rest}\033[0m" if colour else done + rest


def _duration(seconds):
    seconds = int(seconds)
    if seconds >= 3600:
        return f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
    return f"{seconds // 60}:{seconds % 60:02d}" if seconds >= 60 else f"{seconds}s"


def _per_step(seconds, unit):
    if seconds >= 1 or seconds == 0:
        return f"{seconds:.0f}s/{unit}"
    return f"{seconds * 1e3:.0f}ms/{unit}" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us/{unit}"


def _number(value):
    try:
        value = float(value)
    except (TypeError, ValueError):
        return str(value)
    return f"{value:.4f}" if abs(value) > 1e-3 else f"{value:.4e}"
