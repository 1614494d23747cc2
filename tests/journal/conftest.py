"""Where a journal is."""

import pytest


@pytest.fixture
def path(tmp_path):
    return tmp_path / ".vidgen" / "ledger.db"
