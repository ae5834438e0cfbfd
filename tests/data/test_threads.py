"""Threads of a Dataset: same order for any number, errors reach the reader, nothing runs when nobody reads."""

import gc
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
import types

import keraunos as keras
import numpy as np
import pytest
from keraunos.data import Dataset
from keraunos.data import threads as data_threads


@pytest.fixture(autouse=True)
def no_thread_is_left():
    before = set(threading.enumerate())
    yield
    gc.collect()
    assert set(threading.enumerate()) <= before


def uneven(n):
    """A function whose calls take different times."""
    time.sleep(0.0005 * (int(n) % 3))
    return n * n


@pytest.mark.parametrize("threads", [None, 1, 2, 5, keras.data.AUTOTUNE])
def test_order_does_not_depend_on_threads(threads):
    dataset = Dataset.range(150).shuffle(50, seed=1).map(uneven, num_parallel_calls=threads).batch(7).prefetch(2)
    wanted = Dataset.range(150).shuffle(50, seed=1).map(lambda n: n * n).batch(7)
    for _ in range(2):
        found = list(dataset.as_numpy_iterator())
        assert all((a == b).all() for a, b in zip(found, wanted.as_numpy_iterator(), strict=True))


def test_calls_run_at_the_same_time():
    meeting = threading.Barrier(3, timeout=20)

    def meet(n):
        meeting.wait()
        return n

    assert len(list(Dataset.range(6).map(meet, num_parallel_calls=3))) == 6


@pytest.mark.parametrize(
    "durations, alone",
    [([0.0001], True), ([0.001], False), ([9.0] + [0.0001] * 40, True), ([0.0001, 0.0001, 0.03], True), ([9.0], False)],
    ids=["short", "long", "slow start", "interruptions", "very long"],
)
def test_short_functions_stay_in_the_thread_that_reads(durations, alone, monkeypatch):
    """Time is told by a clock of the test's own, which is read before and after every call."""
    steps, lock = itertools.chain.from_iterable([0.0, d] for d in itertools.cycle(durations)), threading.Lock()
    ticks = itertools.accumulate(steps)

    def clock():
        with lock:
            return next(ticks)

    monkeypatch.setattr(data_threads, "time", types.SimpleNamespace(perf_counter=clock))
    names = []
    dataset = Dataset.range(200).map(lambda n: names.append(threading.current_thread().name) or n, keras.data.AUTOTUNE)
    assert [int(n) for n in dataset] == list(range(200)) and len(names) == 200
    assert (set(names) == {threading.current_thread().name}) == alone


def test_reading_ahead_runs_beside_the_reader():
    made = threading.Event()

    def notice(n):
        if n == 2:
            made.set()
        return n

    stream = iter(Dataset.range(5).map(notice).prefetch(2))
    next(stream)
    assert made.wait(20), "element 2 is made while element 0 is in use"
    stream.close()


def test_reading_ahead_is_bounded():
    made = []
    stream = iter(Dataset.range(1000).map(lambda n: made.append(int(n)) or n).prefetch(3))
    next(stream)
    time.sleep(0.05)
    assert len(made) <= 5
    del stream
    parallel = iter(Dataset.range(10_000).map(lambda n: made.append(int(n)) or n, num_parallel_calls=2))
    next(parallel)
    assert len(made) < 1000


@pytest.mark.parametrize("threads", [None, 2])
@pytest.mark.parametrize("ahead", [False, True])
def test_errors_reach_the_reader_with_their_origin(threads, ahead):
    class Odd(Exception):
        pass

    def fails_at_7(n):
        if n == 7:
            raise Odd("seven")
        return n

    dataset = Dataset.range(50).map(fails_at_7, num_parallel_calls=threads)
    dataset = dataset.prefetch(2) if ahead else dataset
    read = []
    with pytest.raises(Odd, match="seven") as caught:
        for n in dataset:
            read.append(int(n))
    assert read == list(range(7))
    assert caught.traceback[-1].name == "fails_at_7"
    if sys.version_info >= (3, 11):
        assert "fails_at_7" in caught.value.__notes__[0] and __file__ in caught.value.__notes__[0]


def test_errors_of_generators_and_predicates():
    def generator():
        yield 1
        raise KeyError("gone")

    with pytest.raises(KeyError, match="gone"):
        list(Dataset.from_generator(generator).prefetch(2))
    with pytest.raises(ZeroDivisionError):
        list(Dataset.range(3).filter(lambda n: 1 // 0).prefetch(1))


def test_leaving_early_ends_the_threads():
    dataset = Dataset.range(10_000).map(uneven, num_parallel_calls=3).prefetch(4)
    for n in dataset:
        if n >= 9:
            break
    del n
    iterator = iter(dataset)
    next(iterator)
    assert threading.active_count() > 1
    iterator.close()


def test_many_iterations_at_once():
    dataset = Dataset.range(40).map(uneven, num_parallel_calls=2).cache().prefetch(2)
    iterators = [dataset.as_numpy_iterator() for _ in range(5)]
    found = [[next(i) for i in iterators] for _ in range(40)]
    assert found == [[n * n] * 5 for n in range(40)]


def test_ops_may_be_used_from_many_threads():
    x = np.random.default_rng(0).normal(size=(300, 160, 160)).astype("float32")
    weights = keras.ops.convert_to_tensor(x[0])
    alone = [keras.ops.matmul(a, weights).numpy() for a in x]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        dataset = Dataset.from_tensor_slices(x).map(lambda a: keras.ops.matmul(a, weights), num_parallel_calls=8)
        found = list(dataset.as_numpy_iterator())
    finally:
        sys.setswitchinterval(interval)
    assert all((a == b).all() for a, b in zip(found, alone, strict=True))


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)


HEAD = "import time, sys, os, keraunos as keras\nD = keras.data.Dataset\n"


def test_the_interpreter_ends_with_iterations_open():
    done = run(
        HEAD + "its = [iter(D.range(10**6).map(lambda n: n, num_parallel_calls=2).prefetch(2)) for _ in range(3)]\n"
        "[next(i) for i in its]; print('end')"
    )
    assert (done.returncode, done.stdout) == (0, "end\n"), done.stderr


@pytest.mark.skipif(not hasattr(signal, "SIGINT") or os.name == "nt", reason="no signals here")
def test_ctrl_c_while_waiting():
    # A shell that starts jobs in the background lets them ignore the signal, and children inherit that.
    code = HEAD + (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "def slow(n):\n    time.sleep(0.2)\n    return n\n"
        "print('begun', flush=True)\n"
        "try:\n    for n in D.range(10**6).map(slow, num_parallel_calls=2).prefetch(2): pass\n"
        "except KeyboardInterrupt: print('stopped')\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "begun\n"
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=30)[0] == "stopped\n" and process.returncode == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_child_process_can_iterate_anew_but_not_go_on():
    code = HEAD + (
        "ds = D.range(100).map(lambda n: n + 1, num_parallel_calls=2).prefetch(2)\n"
        "it = iter(ds); next(it)\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    try:\n        next(it); next(it)\n        os._exit(3)\n"
        "    except RuntimeError as error:\n        assert 'fork' in str(error)\n"
        "    os._exit(0 if len(list(ds)) == 100 else 4)\n"
        "assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0\n"
        "assert len(list(it)) == 99; print('fine')\n"
    )
    done = run(code)
    assert done.stdout == "fine\n", done.stderr
