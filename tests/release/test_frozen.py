"""What the frozen program and its installers are made from agrees with itself; building them is another matter."""

import ast
import os
import plistlib
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pentad.core.resource import resource
from pentad.io.store_connection import STORE_FILE
from pentad.io.store_schema import APPLICATION_ID
from tests.house.source import ROOT
from tests.release.scripts import script

PACKAGING = ROOT / "packaging"
MIME = "{http://www.freedesktop.org/standards/shared-mime-info}"


def _desktop() -> dict[str, str]:
    lines = (PACKAGING / "linux" / "pentad.desktop").read_text("utf-8").splitlines()
    assert lines[0] == "[Desktop Entry]"
    return dict(line.split("=", 1) for line in lines[1:])


def test_the_spec_is_python_and_names_files_that_are_there() -> None:
    source = (PACKAGING / "pentad.spec").read_text("utf-8")
    ast.parse(source)
    assert (PACKAGING / "start.py").is_file()
    assert (PACKAGING / "macos" / "entitlements.plist").is_file()
    assert {"start.py", "entitlements.plist"} <= set(re.findall(r'"([\w.]+\.(?:py|plist))"', source))


@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        ("torch/lib/libtorch_cpu.so", True),
        ("torch/bin/torch_shm_manager", True),
        ("nvidia/cuda_runtime/lib/libcudart.so.12", True),
        ("opencv_python_headless.libs/libdrm-b0291a67.so.2.4.0", True),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/platforms/libqwayland.so", True),
        ("pentad-0.1.0.dist-info/entry_points.txt", True),
        ("pentad-0.1.0.dist-info/direct_url.json", False),
        ("torch/test/test_api", False),
        ("torch/bin/protoc", False),
        ("PySide6/Qt/plugins/platforms/libqeglfs.so", False),
        ("PySide6/Qt/translations/qt_de.qm", False),
        (r"PySide6\translations\qt_de.qm", False),
        ("python3.11/lib-dynload/readline.cpython-311-x86_64-linux-gnu.so", False),
    ],
)
def test_what_stays_in_the_frozen_program(place: str, wanted: bool) -> None:
    assert script("contents").is_wanted(place) is wanted


@pytest.mark.skipif(sys.platform != "linux", reason="libraries of Linux")
@pytest.mark.parametrize("library", ["libstdc++.so.6", "libgcc_s.so.1", "libX11.so.6", "libglib-2.0.so.0", "libz.so.1"])
def test_the_target_brings_its_own_of_these_and_the_package_asks_for_them(library: str) -> None:
    assert not script("contents").is_wanted(library)
    assert library in script("complete").system_packages()


def test_every_system_library_names_its_packages() -> None:
    for library, packages in script("complete").system_packages().items():
        assert re.fullmatch(r"lib[\w+.-]+\.so(\.\d+)?", library)
        assert re.fullmatch(r"[a-z0-9.+-]+( \| [a-z0-9.+-]+)*", packages)


def test_the_menu_entry_opens_what_the_file_type_describes() -> None:
    entry = _desktop()
    kind = ElementTree.parse(PACKAGING / "linux" / "pentad.xml").getroot().find(f"{MIME}mime-type")
    assert kind is not None
    assert entry["MimeType"] == f"{kind.attrib['type']};"
    assert shlex.split(entry["Exec"]) == ["pentad-window", "%f"]
    pattern, number = kind.find(f"{MIME}glob"), kind.find(f"{MIME}magic/{MIME}match/{MIME}match")
    assert pattern is not None
    assert pattern.attrib["pattern"] == STORE_FILE
    assert number is not None
    assert (int(number.attrib["value"], 16), number.attrib["offset"]) == (APPLICATION_ID, "68")
    assert resource("icons", f"{entry['Icon']}.svg").is_file()


@pytest.mark.parametrize("file", sorted(PACKAGING.rglob("*.sh")), ids=lambda file: file.name)
def test_shell_scripts_are_shell(file: Path) -> None:
    shell = "sh" if file.read_bytes().startswith(b"#!/bin/sh") else "bash"
    subprocess.run([shell, "-n", str(file)], check=True)


def test_the_windows_installer_speaks_of_what_the_spec_makes() -> None:
    lines = (PACKAGING / "windows" / "pentad.iss").read_text("utf-8")
    made = set(re.findall(r'name="(pentad[\w-]*)"', (PACKAGING / "pentad.spec").read_text("utf-8")))
    assert {name.removesuffix(".exe") for name in re.findall(r"pentad[\w-]*\.exe", lines)} <= made
    sections = re.findall(r"^\[(\w+)\]$", lines, re.MULTILINE)
    assert len(sections) == len(set(sections))
    used, known = set(re.findall(r"\{#(\w+)\}", lines)), set(re.findall(r"#(?:define|ifndef) (\w+)", lines))
    assert used <= known


def test_macos_is_told_what_may_be_opened() -> None:
    told = script("macos.properties").properties("1.2.3")
    assert plistlib.loads(plistlib.dumps(told))["CFBundleShortVersionString"] == "1.2.3"
    assert all(kind["LSHandlerRank"] == "Alternate" for kind in told["CFBundleDocumentTypes"])
    assert plistlib.loads((PACKAGING / "macos" / "entitlements.plist").read_bytes())


def test_a_trace_tells_what_was_written_and_where() -> None:
    written = script("check_self_test").written_paths
    home = r"/tmp/Zo\303\253"
    assert written(f'7 openat(AT_FDCWD<{home}>, "a", O_RDONLY) = 3<{home}/a>') == []
    assert written(f'7 openat(AT_FDCWD<{home}>, "a", O_WRONLY|O_CREAT, 0666) = 3<{home}/a>') == ["/tmp/Zoë/a"]
    assert written(f'7 rename("{home}/a", "{home}/b") = 0') == ["/tmp/Zoë/a", "/tmp/Zoë/b"]


def test_sizes_are_counted_by_part_and_links_are_free(tmp_path: Path) -> None:
    for place, size in (("pentad", 5), ("_internal/torch/a.so", 7), ("_internal/pillow.libs/b.so", 11)):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_bytes(bytes(size))
    os.symlink("pentad", tmp_path / "pentad-window")
    assert script("sizes").sizes(tmp_path) == {"programs": 5, "torch": 7, "PIL": 11}


@pytest.mark.skipif(shutil.which("awk") is None or sys.platform != "linux", reason="the installer is for Linux")
def test_an_archive_installs_itself_and_goes_again(tmp_path: Path) -> None:
    """A program of one line in the place of Pentad; a damaged archive is refused, another's folder stays."""
    program, icons, out = tmp_path / "frozen", tmp_path / "icons", tmp_path / "out"
    for folder in (program / "_internal", icons):
        folder.mkdir(parents=True)
    (program / "pentad").write_text('#!/bin/sh\necho "pentad 9.8.7"\n')
    (program / "pentad").chmod(0o755)
    os.symlink("pentad", program / "pentad-window")
    for name in ("pentad.svg", *(f"pentad-{size}.png" for size in (16, 24, 32, 48, 64, 128, 256, 512))):
        (icons / name).write_bytes(b"icon")
    make = ["bash", str(PACKAGING / "linux" / "make_installers.sh"), str(program), str(icons), str(out)]
    subprocess.run(make, check=True, capture_output=True, env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"})
    archive, prefix = next(out.glob("pentad-9.8.7-linux-*.run")), tmp_path / "my $HOME's"
    install = ["sh", str(archive), "--prefix", str(prefix)]
    for _ in range(2):
        subprocess.run(install, check=True, capture_output=True)
    told = subprocess.run([prefix / "bin" / "pentad"], capture_output=True, text=True, check=True).stdout
    assert told == "pentad 9.8.7\n"
    entry = (prefix / "share" / "applications" / "pentad.desktop").read_text("utf-8")
    assert f'Exec="{tmp_path}/my \\\\$HOME\'s/lib/pentad/pentad-window" %f' in entry
    subprocess.run(["sh", prefix / "lib" / "pentad" / "uninstall.sh"], check=True, capture_output=True)
    assert [file for file in prefix.rglob("*") if file.is_file() and "mime" not in file.parts] == []
    (prefix / "lib" / "pentad").mkdir(parents=True)
    assert subprocess.run(install, capture_output=True, check=False).returncode == 1
    (prefix / "lib" / "pentad").rmdir()
    archive.write_bytes(archive.read_bytes()[:-1] + b"!")
    assert subprocess.run(install, capture_output=True, check=False).returncode == 1
    assert not (prefix / "lib" / "pentad").exists()
