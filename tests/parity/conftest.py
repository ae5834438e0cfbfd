"""Parametrises every test that takes `<kind>_case` with the golden cases of that kind that can run."""

import functools

import golden
import pytest


@functools.cache
def cases():
    return golden.Cases(golden.root())


@pytest.fixture(scope="session")
def golden_cases():
    return cases()


def pytest_generate_tests(metafunc):
    for name in metafunc.fixturenames:
        if name.endswith("_case"):
            kind = name.removesuffix("_case")
            chosen = [c for c in cases().all if c["kind"] == kind and golden.not_covered(c) is None]
            metafunc.parametrize(name, [pytest.param(c, id=c["id"].removeprefix(f"{kind}/")) for c in chosen])
