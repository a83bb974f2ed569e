"""What is installed is whole: the shipped files and the doors for plug-ins are in the wheel."""

import subprocess
import sys
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest

from pentad.core.resource import resource
from tests.house.source import APP, PLUGINS, ROOT, python_files


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def _shipped() -> set[str]:
    files = (path for path in (ROOT / "resources").rglob("*") if path.is_file())
    return {f"pentad/resources/{path.relative_to(ROOT / 'resources').as_posix()}" for path in files}


def test_the_wheel_holds_every_module_and_every_resource(wheel: zipfile.ZipFile) -> None:
    modules = {path.relative_to(APP.parent).as_posix() for path in python_files(APP)}
    modules |= {path.relative_to(PLUGINS).as_posix() for path in python_files(PLUGINS)}
    assert (modules | _shipped()) - set(wheel.namelist()) == set()


def test_the_wheel_holds_nothing_but_pentad_and_its_models(wheel: zipfile.ZipFile) -> None:
    assert {name.split("/")[0] for name in wheel.namelist()} == {"pentad", "pentad_models", "pentad-0.1.0.dist-info"}


def test_the_wheel_keeps_the_command_and_the_doors(wheel: zipfile.ZipFile) -> None:
    doors = ConfigParser()
    doors.read_string(wheel.read("pentad-0.1.0.dist-info/entry_points.txt").decode())
    assert doors["console_scripts"]["pentad"] == "pentad.cli:main"
    assert {"cprn", "patchcore"} <= set(doors["pentad.models"])


def test_an_installed_wheel_finds_its_resources(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    code = "from pentad.core.resource import resource; print(resource('calibration', 'camera_1.yaml'))"
    environment = {"PYTHONPATH": str(tmp_path)}
    found = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout.strip()
    assert Path(found) == tmp_path / "pentad" / "resources" / "calibration" / "camera_1.yaml"


def test_a_checkout_finds_its_resources() -> None:
    assert resource("calibration", "camera_1.yaml") == ROOT / "resources" / "calibration" / "camera_1.yaml"
