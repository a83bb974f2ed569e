"""How long the faults are to go on: a few rounds with every change, hundreds when somebody wants to know."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rounds", type=int, default=10, help="how often a painting process is killed (default 10)")


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> int:
    # Why a default again: without this folder on the command line the option above is not known.
    return int(request.config.getoption("--rounds", default=10))
