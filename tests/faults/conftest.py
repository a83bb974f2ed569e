"""How long the faults are to go on: a few rounds with every change, hundreds when somebody wants to know."""

import pytest


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--rounds") or 10)
