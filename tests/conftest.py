"""What every test may ask for."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The real data sets beside the checkout, or a skip that says so."""
    beside = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("PENTAD_DATA", beside))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder} (set PENTAD_DATA)")
    return folder
