"""Where the sweeps' runs are started, for as long as these tests last."""

import sys
from contextlib import ExitStack

import pytest

from tests.sweep.nursery import Nursery
from vidgen import catalogue

collect_ignore_glob = ["test_*.py"] if sys.platform == "win32" else []
"""Nothing is forked there, and there is no kill -9."""

AT_ONCE = 2


@pytest.fixture(scope="package")
def nurseries(tmp_path_factory):
    """Two of them, with the catalogue compiled as an installed vidgen has it."""
    compiled = tmp_path_factory.mktemp("catalogue") / "compiled.bin"
    catalogue.compile_to(compiled)
    with ExitStack() as stack:
        stack.enter_context(pytest.MonkeyPatch.context()).setattr(catalogue, "COMPILED", compiled)
        yield [stack.enter_context(Nursery(compiled)) for _ in range(AT_ONCE)]


@pytest.fixture
def nursery(nurseries):
    """One of them."""
    return nurseries[0]
