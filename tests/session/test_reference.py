"""What a part is compared with, as a person chose it."""

from pathlib import Path

import pytest

from pentad.core.sample import Sample
from pentad.sdk.testing import PatientTicket
from pentad.session.project import Project, create_project
from pentad.session.reference import Reference, shelf_key, short_name
from tests.helpers.tiny_dataset import write_tiny_dataset


@pytest.fixture
def project(tmp_path: Path) -> Project:
    data = write_tiny_dataset(tmp_path / "plates", train=3, good=1, bad=1)
    return create_project(tmp_path / "project", data, ticket=PatientTicket())


def named(project: Project, name: str) -> Sample:
    return next(sample for sample in project.samples if short_name(sample) == name)


def test_good_parts_stand_for_good_until_one_part_is_chosen(project: Project) -> None:
    rejected: set[str] = set()
    reference, here = Reference(lambda: frozenset(rejected)), named(project, "S000")
    reference.use(project)
    told: list[None] = []
    reference.changed.connect(lambda: told.append(None))
    names = [short_name(part) for part in reference.parts(here, "top")]
    assert names == ["T000", "T001", "T002", "G000"]
    rejected.add(named(project, "T001").id)
    assert "T001" not in [short_name(part) for part in reference.parts(here, "top")]
    reference.options.set("parts", 2)
    assert len(reference.parts(here, "top")) == 2
    assert len(told) == 1
    reference.choose(here)
    assert reference.parts(named(project, "G000"), "top") == [here]
    reference.choose(None)
    assert len(told) == 3
    project.close()


def test_a_mean_is_kept_under_another_name_than_a_part_and_than_the_same_parts_as_they_lie(project: Project) -> None:
    parts = tuple(project.samples[:2])
    keys = {
        shelf_key(parts, view, one=one, line_up=line_up)
        for view in ("top", "east")
        for one, line_up in ((True, True), (False, True), (False, False))
    }
    assert len(keys) == 6
    assert shelf_key(parts, "top", one=True, line_up=True).sample == parts[0].id
    project.close()
