"""Progbar: Keras's progress line."""

import sys
import time

BAR = 20  # characters
REDRAW_SECONDS = 0.1


class Progbar:
    """A progress bar: `12/1875 ━━━━━━━━━━━━━━━━━━━━ 3s 2ms/step - loss: 0.31`.

    On a terminal or in Jupyter the line is redrawn, at most ten times a second; elsewhere it is printed once, when the
    target is reached.

    Args:
        target: number of steps, or None when it is not known.
        width: characters of the bar.
        verbose: 1 bar, 2 one line at the end.
        interval: least seconds between redraws.
        stateful_metrics, unit_name: accepted; values are shown as they are, per step.

    Example:

    >>> bar = Progbar(2, verbose=0)
    >>> bar.update(1)
    """

    def __init__(self, target, width=BAR, verbose=1, interval=REDRAW_SECONDS, stateful_metrics=None, unit_name="step"):
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

    def due(self):
        """Whether a redraw would be shown now."""
        return self.verbose == 1 and self._live and time.perf_counter() - self._last >= self.interval

    def update(self, current, values=None, finalize=None):
        """Shows that `current` steps are done.

        Args:
            current: steps done.
            values: list of (name, value).
            finalize: whether this is the end; default: when `current` reaches the target.
        """
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
        else:
            sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def line(self, current, values=None, finalize=False):
        """The text of the line."""
        elapsed = time.perf_counter() - self._start
        per_step = elapsed / current if current else 0.0
        parts = []
        if self.target is not None:
            digits = len(str(self.target))
            parts.append(f"{current:>{digits}}/{self.target}")
            if self.verbose == 1:
                filled = int(self.width * current / self.target) if self.target else self.width
                parts.append(_bar(filled, self.width, self._live))
        else:
            parts.append(f"{current}/Unknown")
        parts.append(_duration(elapsed if finalize or self.target is None else per_step * (self.target - current)))
        parts.append(_per_step(per_step, self.unit_name))
        text = " ".join(parts)
        for name, value in values or ():
            text += f" - {name}: {_number(value)}"
        return text

    def add(self, n, values=None):
        """Shows `n` more steps."""
        self._count = getattr(self, "_count", 0) + n
        self.update(self._count, values)


def live_output():
    """Whether the output redraws lines: a terminal, or a Jupyter kernel."""
    stream = sys.stdout
    if hasattr(stream, "isatty") and stream.isatty():
        return True
    return type(stream).__module__.startswith("ipykernel")


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
    return f"{value:.4f}" if value == 0 or abs(value) > 1e-3 or value != value else f"{value:.4e}"
