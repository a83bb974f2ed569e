"""What every test may ask for, and what no test may do: touch the user's folders or warn without being asked."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rounds", type=int, help="how often painters are killed and monkeys let loose (a few times)")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The real data sets beside the checkout, or a skip that says so."""
    beside = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("PENTAD_DATA", beside))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder} (set PENTAD_DATA)")
    return folder


@pytest.fixture(autouse=True, scope="session")
def session_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home of fixtures that live longer than a test."""
    home = tmp_path_factory.mktemp("home")
    (home / "cache").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PENTAD_HOME", str(home))
        yield home


@pytest.fixture(autouse=True)
def own_home(session_home: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test's own settings and data. The cache is shared, so that a backbone is converted once a session."""
    home = tmp_path_factory.mktemp("own")
    (home / "cache").symlink_to(session_home / "cache")
    monkeypatch.setenv("PENTAD_HOME", str(home))
    return home


class _Warnings(logging.Handler):
    """What Pentad logged at WARNING or above."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.split(".")[0] in {"pentad", "pentad_models"}:
            self.said.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def no_unexpected_warning(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that does not look at the log (``caplog``) fails where Pentad warned in it."""
    heard = _Warnings()
    logging.getLogger().addHandler(heard)
    yield
    logging.getLogger().removeHandler(heard)
    if heard.said and "caplog" not in request.fixturenames:
        pytest.fail("unexpected in the log:\n" + "\n".join(heard.said), pytrace=False)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("gl") and os.environ.get("QT_QPA_PLATFORM") in {"offscreen", "minimal"}:
        pytest.skip("the offscreen platform has no OpenGL")
