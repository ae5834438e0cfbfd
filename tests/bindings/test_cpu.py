"""keraunos._cpu: arrays, errors, threads, processes. What Programs compute is tested in tests/cpp and tests/graph."""

import gc
import os
import subprocess
import sys
import threading
import time
import weakref

import numpy as np
import pytest
from keraunos import _cpu
from keraunos.graph.encode import encode
from keraunos.graph.instructions import SLOT, Buffer, Instruction, Slot
from keraunos.graph.schedule import Group, Phase

OP_IDS = {row["name"]: number for number, row in enumerate(_cpu.op_table())}


def negative(n, chunk=None):
    """A Program: slot 1 = -slot 0, float32[n]."""
    slots = [Slot(Buffer(SLOT, 4 * n, name, slot=i), writable=i == 1) for i, name in enumerate("xy")]
    params = (1, n, *[0] * 5, *[1, 0, 0, 0, 0, 0] * 3, 0.0)
    instruction = Instruction("negative", "float32", params, [slots[0].buffer], [slots[1].buffer], n, [True], [True], 0)
    group = Group(n, [instruction], chunk or n)
    return _cpu.Program(encode([Phase([group], serial=chunk is None)], slots, 0, b"", OP_IDS))


def test_runs_on_bound_arrays():
    program = negative(8)
    x, y = np.arange(8, dtype=np.float32), np.full(8, np.nan, np.float32)
    program.bind(0, x)
    program.bind(1, y)
    program.run()
    np.testing.assert_array_equal(y, -x)
    other = np.ones(8, np.float32)
    program.bind(0, other)
    program.run(3)
    np.testing.assert_array_equal(y, -other)
    assert program.slots == [(32, False), (32, True)]
    assert program.arena_bytes == 0 and program.isa == _cpu.isa()


def test_bound_arrays_stay_alive():
    program = negative(8)
    x = np.ones(8, np.float32)
    alive = weakref.ref(x)
    program.bind(0, x)
    del x
    gc.collect()
    assert alive() is not None
    program.bind(0, np.zeros(8, np.float32))
    gc.collect()
    assert alive() is None


@pytest.mark.parametrize(
    ("slot", "array", "error", "text"),
    [
        (0, np.ones(7, np.float32), ValueError, r"\[bind\] slot 0 needs 32 bytes, got 28"),
        (2, np.ones(8, np.float32), ValueError, r"\[bind\] no slot 2"),
        (0, np.ones((8, 2), np.float32)[:, 0], ValueError, "contiguous"),
        (0, [1.0] * 8, TypeError, "bytes-like"),
        (0, np.frombuffer(bytes(40), np.uint8)[1:33].view(np.float32), ValueError, "not aligned"),
        (1, np.frombuffer(bytes(32), np.float32), (ValueError, BufferError), "read-only|not writable"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(slot, array, error, text):
    with pytest.raises(error, match=text):
        negative(8).bind(slot, array)


def test_run_needs_every_slot():
    program = negative(8)
    program.bind(1, np.ones(8, np.float32))
    with pytest.raises(RuntimeError, match=r"\[run\] slot 0 has no array"):
        program.run()
    with pytest.raises(ValueError, match="steps"):
        program.run(-1)


def test_bytes_that_are_no_program_are_refused():
    with pytest.raises(ValueError, match=r"\[program\]"):
        _cpu.Program(b"KERAUNOS" + bytes(60))


def test_a_long_run_lets_other_threads_of_python_work():
    program = negative(1 << 20)
    program.bind(0, np.ones(1 << 20, np.float32))
    program.bind(1, np.ones(1 << 20, np.float32))
    runner = threading.Thread(target=program.run, args=(300,))
    runner.start()
    beats = 0
    while runner.is_alive():
        beats += 1
        time.sleep(0.001)
    runner.join()
    assert beats > 5


def test_every_isa_gives_the_same_table_and_results():
    active, results = _cpu.isa(), []
    x = np.linspace(-9, 9, 1001, dtype=np.float32)
    try:
        for name in _cpu.isas():
            _cpu.set_isa(name)
            assert all(row["dtypes"] for row in _cpu.op_table())
            program = negative(1001)
            y = np.empty_like(x)
            program.bind(0, x)
            program.bind(1, y)
            program.run()
            assert program.isa == name
            results.append(y)
    finally:
        _cpu.set_isa(active)
    for y in results:
        np.testing.assert_array_equal(y, -x)


def in_new_python(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True, timeout=60
    )


def test_isa_is_forced_by_the_environment():
    for name in _cpu.isas():
        assert in_new_python("from keraunos import _cpu; print(_cpu.isa())", KERAUNOS_ISA=name).stdout.strip() == name
    refused = in_new_python("from keraunos import _cpu; _cpu.isa()", KERAUNOS_ISA="v9")
    assert "ValueError: [isa] KERAUNOS_ISA 'v9' cannot run here; runnable:" in refused.stderr
    with pytest.raises(ValueError, match="runnable"):
        _cpu.set_isa("v9")


def test_thread_count_is_forced_by_the_environment():
    code = "from keraunos import _cpu; print(_cpu.num_threads())"
    assert in_new_python(code, KERAUNOS_NUM_THREADS="5").stdout.strip() == "5"
    assert in_new_python(code, OMP_NUM_THREADS="1").stdout.strip() == "1"
    code = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); " + code
    assert in_new_python(code).stdout.strip() == "1"


def test_importing_leaves_denormals_alone():
    assert in_new_python("from keraunos import _cpu; print(5e-324 * 1 != 0)").stdout.strip() == "True"


def test_children_of_fork_run_programs():
    before = _cpu.num_threads()
    _cpu.set_num_threads(3)
    try:
        program = negative(4096, chunk=16)
        x, y = np.ones(4096, np.float32), np.zeros(4096, np.float32)
        program.bind(0, x)
        program.bind(1, y)
        for _ in range(20):
            program.run(5)
            child = os.fork()
            if child == 0:
                y[:] = 0
                program.run(5)
                os._exit(0 if (y == -1).all() else 1)
            assert os.waitpid(child, 0)[1] == 0
    finally:
        _cpu.set_num_threads(before)
