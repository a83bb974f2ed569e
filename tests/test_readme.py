"""The README tells the truth: every command in it is run, in order, as a newcomer would type it."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BOOTSTRAP = "bash packaging/bootstrap.sh"
ACTIVATE = "source .venv/bin/activate"
PENTAD = Path(sys.executable).parent / "pentad"
SMALL = {
    "sample": "--parts 6 --size 224",
    "sample chairs": "--parts 2 --size 64",
    "train cprn": "--set preset=quick --set steps=4 --set input=140",
    "train patchcore": "--set input=140",
    "train depthgen": "--set side=64 --set grid=2 --set coder_steps=4 --set steps=4 --set finetune_steps=2 "
    "--set batch=2 --set coder_width=8 --set widths=8-8-8 --set attention=16 --set max_views=4 "
    "--set features_with=preset=quick;steps=2;input=140",
    "depth": "--steps 2",
}
"""What makes a command small enough for a test, by its first words. Nothing else is changed."""


def _commands() -> list[str]:
    blocks = re.findall(
        r"^```bash\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [line for line in lines if line.strip() and not line.startswith("#")]


def _small(command: str) -> list[str]:
    words = shlex.split(command)[1:]
    for verb, more in SMALL.items():
        if words[: len(verb.split())] == verb.split():
            words += more.split()
    return words


def test_every_command_of_the_readme_is_of_a_kind_that_is_tested() -> None:
    unknown = [line for line in _commands() if not line.startswith(("pentad ", BOOTSTRAP)) and line != ACTIVATE]
    assert unknown == []


def test_the_first_screen_holds_both_commands() -> None:
    first_screen = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:25]
    assert {f"{BOOTSTRAP} run", f"{BOOTSTRAP} test"} <= set(first_screen)


def test_the_bootstrap_knows_each_way_it_is_called() -> None:
    subprocess.run(["bash", "-n", "packaging/bootstrap.sh"], cwd=ROOT, check=True)
    told = subprocess.run([*BOOTSTRAP.split(), "--help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    used = {line.removeprefix(BOOTSTRAP).split()[0] for line in _commands() if line.startswith(BOOTSTRAP)}
    assert used == {"run", "test"}
    assert all(f"bootstrap.sh {word}" in told for word in used)


def test_a_wrong_word_to_the_bootstrap_is_answered_with_its_usage() -> None:
    answer = subprocess.run([*BOOTSTRAP.split(), "tset"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert answer.stderr.startswith("usage:")


def test_the_table_of_commands_is_complete() -> None:
    from pentad.cli.commands import COMMANDS

    in_table = set(re.findall(r"^\| `pentad (\w+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert in_table == set(COMMANDS)


def test_the_readme_commands_work_one_after_the_other(tmp_path: Path) -> None:
    for command in (line for line in _commands() if line.startswith("pentad ")):
        run = subprocess.run([PENTAD, *_small(command)], cwd=tmp_path, capture_output=True, text=True, check=False)
        if run.returncode == 2 and "imgfocus" in run.stderr:
            pytest.skip(f"the default backbone is not on this machine: {run.stderr.strip()}")
        assert run.returncode == 0, f"{command}\n{run.stdout}\n{run.stderr}"


def test_the_links_of_the_readme_lead_somewhere() -> None:
    linked = re.findall(r"\]\(([^)#:]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert [link for link in linked if not (ROOT / link).exists()] == []
