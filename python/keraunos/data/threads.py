"""Work beside the consumer: reading ahead in one thread, calling a function in several.

Threads belong to an iteration: they start with its first element and have ended when it is closed, at the latest when
the generator is collected. Order never depends on them.
"""

import collections
import concurrent.futures
import itertools
import os
import queue
import statistics
import threading
import time

CHUNK_SECONDS = 1e-3  # of work per task: handing one over costs about 30 us
CHUNK_LIMIT = 64
IN_FLIGHT = 2  # tasks per worker that are waiting or running
# AUTOTUNE keeps a function to the thread that reads when half of the calls tried take less than this. Short calls hold
# the interpreter's lock most of the time: decoding 32 x 32 JPEGs (65 us) in two threads instead of one made the
# training beside it wait 4 to 42 % of the time instead of 3 to 4 %.
SHORT_CALL = 250e-6
TRIED, TRIAL_SECONDS = 32, 0.05  # calls, unless they take longer than this together

_VALUE, _ERROR, _END, _STOP = range(4)


def processors():
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def ahead(open_stream, size):
    """The elements of `open_stream()`, read up to `size` ahead by a thread."""
    tokens, results, owner = queue.SimpleQueue(), queue.SimpleQueue(), os.getpid()
    for _ in range(size):
        tokens.put(None)
    thread = threading.Thread(target=_read, args=(open_stream, tokens, results), name="keraunos-ahead", daemon=True)
    thread.start()
    try:
        while True:
            kind, value = results.get()
            if kind == _ERROR:
                raise value
            if kind == _END:
                return
            tokens.put(None)
            yield value
            _check_process(owner)
    finally:
        tokens.put(_STOP)
        if os.getpid() == owner:
            thread.join()


def _read(open_stream, tokens, results):
    stream = None
    try:
        stream = iter(open_stream())
        while tokens.get() != _STOP:
            try:
                results.put((_VALUE, next(stream)))
            except StopIteration:
                results.put((_END, None))
                return
    except BaseException as error:  # whatever it is, it is the consumer's
        results.put((_ERROR, error))
    finally:
        if hasattr(stream, "close"):
            stream.close()


def tuned(function, stream):
    """`function` of every element of `stream`, in order, by this thread or by one per processor."""
    stream, times = iter(stream), []
    for element in stream:
        start = time.perf_counter()
        value = function(element)
        times.append(time.perf_counter() - start)
        yield value
        # The first call pays for what is loaded or compiled once; the median is blind to calls that were interrupted.
        if len(times) > TRIED or (len(times) > 1 and sum(times[1:]) > TRIAL_SECONDS):
            break
    if len(times) > 1 and statistics.median(times[1:]) > SHORT_CALL:
        yield from parallel(function, stream, processors())
        return
    for element in stream:
        yield function(element)


def parallel(function, stream, workers):
    """`function` of every element of `stream`, in order, computed by `workers` threads."""
    owner, size = os.getpid(), 1
    pool = concurrent.futures.ThreadPoolExecutor(workers, thread_name_prefix="keraunos-map")
    tasks = collections.deque()
    stream = iter(stream)
    try:
        while True:
            while len(tasks) < IN_FLIGHT * workers:
                chunk = list(itertools.islice(stream, size))
                if not chunk:
                    break
                tasks.append(pool.submit(_apply, function, chunk))
            if not tasks:
                return
            values, error, seconds = tasks.popleft().result()
            if len(values) == size:
                size = max(1, min(CHUNK_LIMIT, 2 * size, int(size * CHUNK_SECONDS / max(seconds, 1e-9))))
            for value in values:
                yield value
                _check_process(owner)
            if error is not None:
                raise error
    finally:
        if os.getpid() == owner:
            pool.shutdown(wait=True, cancel_futures=True)


def _apply(function, chunk):
    """(results, the error that ended them or None, seconds)."""
    start, values = time.perf_counter(), []
    try:
        for element in chunk:
            values.append(function(element))
    except BaseException as error:  # raised again where the elements are read, after those before it
        return values, error, time.perf_counter() - start
    return values, None, time.perf_counter() - start


def _check_process(owner):
    if os.getpid() != owner:
        raise RuntimeError(
            "[data] this iteration was begun before a fork, and its threads stayed in the other process; "
            "iterate over the Dataset anew"
        )
