"""Masks out of and into the window: dialogs filled by hand, work in jobs, open masks changed as one edit."""

from pathlib import Path

import numpy as np
import pytest

from pentad.core.box import Box
from pentad.core.mask import MaskKey
from pentad.core.problem import Problem
from pentad.io.exporters.opening import exporter
from pentad.sdk.testing import PatientTicket
from pentad.session.documents import MaskDocument
from pentad.session.exchange import ExportWish, Which
from pentad.session.exchanging import start_export, start_import
from pentad.session.importing import How
from pentad.session.project import open_project
from pentad.ui.dialogs.exchange import ExportDialog, ImportDialog
from pentad.ui.panels.sample_model import is_drawn
from tests.helpers.desk import Desk
from tests.helpers.tiny_dataset import SIZE


def open_mask(desk: Desk, name: str, view: str) -> MaskDocument:
    """Have it at hand, as the Annotate workspace does."""
    sample = desk.sample(name)
    documents = desk.session.annotation.documents
    documents.open(sample, view)
    key = MaskKey(sample.id, view)
    desk.qtbot.waitUntil(lambda: documents.document(key) is not None)
    document = documents.document(key)
    assert document is not None
    return document


def paint(desk: Desk, document: MaskDocument, box: Box, label: int = 1) -> None:
    annotation = desk.session.annotation
    stroke = annotation.stroke(document, "Brush")
    stroke.put(box, np.full(box.shape, label, np.uint8))
    annotation.commit(stroke)


def dialog(desk: Desk, kind: type[ExportDialog] | type[ImportDialog]) -> ExportDialog | ImportDialog:
    (found,) = [window for window in desk.window.findChildren(kind) if window.isVisible()]
    return found


def test_the_dialog_counts_the_masks_and_exports_strokes_that_are_not_saved_yet(
    desk: Desk, plates: Path, tmp_path: Path
) -> None:
    desk.open(plates)
    document = open_mask(desk, "G001", "east")
    paint(desk, document, Box(5, 5, 25, 30))
    desk.window.actions_by_id["project.export-masks"].trigger()
    export = dialog(desk, ExportDialog)
    assert isinstance(export, ExportDialog)
    desk.qtbot.waitUntil(lambda: ": 1 view" in export.which.itemText(0))
    assert ": 16 views" in export.which.itemText(1)
    export.format.setCurrentIndex(export.format.findData("png"))
    export.place.setText(str(tmp_path / "out"))
    export.start.click()
    desk.wait_until_settled()
    assert "1 annotation of 1 image exported" in desk.window.notices.problems[0].what
    said: list[tuple[str, str]] = []
    (drawn,) = exporter("png").read(tmp_path / "out", lambda *words: said.append(words), PatientTicket())
    assert (drawn.draw(SIZE) == document.mask.labels).all()


def test_a_wrong_setting_is_said_in_the_dialog_and_it_stays_open(desk: Desk, plates: Path, tmp_path: Path) -> None:
    desk.open(plates)
    desk.window.actions_by_id["project.export-masks"].trigger()
    export = dialog(desk, ExportDialog)
    assert isinstance(export, ExportDialog)
    export.format.setCurrentIndex(export.format.findData("labelme"))
    field = export.form.findChildren(type(export.place))[0]
    field.setText("999")
    export.start.click()
    assert "tolerance" in export.problem.text()
    assert export.isVisible()


@pytest.fixture
def exported(desk: Desk, plates: Path, tmp_path: Path) -> Path:
    """A project where two masks were drawn and exported, then rubbed out: S000 top open, G002 west in its file."""
    project = desk.open(plates)
    labels = np.zeros(SIZE, np.uint8)
    labels[30:50, 40:70] = 1
    labels[35:40, 50:60] = 0
    for name, view in (("S000", "top"), ("G002", "west")):
        project.store.masks.write(desk.sample(name).id, view, labels)
    start_export(desk.session, exporter("coco"), tmp_path / "out", ExportWish())
    desk.wait_until_settled()
    for path in (project.folder / "masks").rglob("*.png"):
        path.unlink()
    return tmp_path / "out"


def test_an_import_changes_open_masks_as_one_edit_and_the_others_in_their_files(desk: Desk, exported: Path) -> None:
    document = open_mask(desk, "S000", "top")
    before = document.mask.labels.copy()
    desk.window.actions_by_id["project.import-masks"].trigger()
    dialogs = dialog(desk, ImportDialog)
    assert isinstance(dialogs, ImportDialog)
    dialogs.format.setCurrentIndex(dialogs.format.findData("coco"))
    dialogs.place.setText(str(exported))
    dialogs.start.click()
    desk.wait_until_settled()
    assert "2 annotations for 2 images imported" in desk.window.notices.problems[0].what
    assert document.mask.labels[32, 45] == 1
    assert document.mask.labels[37, 55] == 0
    assert [edit.name for edit in desk.session.annotation.history.done] == ["Import COCO"]
    project = desk.session.project
    assert project is not None
    stored = project.store.masks.read(desk.sample("G002").id, "west")
    assert stored is not None
    assert stored.sum() == 20 * 30 - 5 * 10
    rows = desk.window.samples.list.model()
    marked = [is_drawn(rows.index(row, 0)) for row in range(rows.rowCount())]
    assert sum(marked) == 2
    desk.session.annotation.undo()
    assert (document.mask.labels == before).all()
    desk.session.annotation.redo()
    assert desk.session.annotation.documents.flush()
    kept = project.store.masks.read(*document.key)
    assert (np.asarray(kept) == document.mask.labels).all()


def test_what_was_drawn_in_an_open_mask_is_kept_merged_or_replaced(desk: Desk, exported: Path) -> None:
    document = open_mask(desk, "S000", "top")
    whole = Box(0, 0, *SIZE)
    stroke = desk.session.annotation.stroke(document, "Clear")
    stroke.put(whole, np.zeros(SIZE, np.uint8))
    desk.session.annotation.commit(stroke)
    paint(desk, document, Box(0, 0, 10, 10))
    sums = []
    for how in (How.KEEP, How.MERGE, How.REPLACE):
        start_import(desk.session, exporter("coco"), exported, how)
        desk.wait_until_settled()
        sums.append(int(document.mask.labels.sum()))
    assert sums == [100, 100 + 550, 550]


def test_an_import_into_a_project_open_for_reading_only_is_refused(desk: Desk, exported: Path) -> None:
    project = desk.session.project
    assert project is not None
    folder = project.folder
    desk.session.close_project()
    desk.session.show_project(open_project(folder, ticket=PatientTicket(), read_only=True))
    desk.wait_until_settled()
    with pytest.raises(Problem, match="Nothing can be imported"):
        start_import(desk.session, exporter("coco"), exported, How.KEEP)


def test_a_cancelled_export_leaves_nothing(desk: Desk, plates: Path, tmp_path: Path) -> None:
    desk.open(plates)
    job = start_export(desk.session, exporter("coco"), tmp_path / "out", ExportWish(Which.ALL))
    job.cancel()
    desk.wait_until_settled()
    assert not (tmp_path / "out").exists()
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_new_classes_come_with_their_names_and_colours(desk: Desk, exported: Path) -> None:
    file = exported / "instances.json"
    file.write_text(file.read_text().replace('"Defect"', '"crack"').replace("[86, 180, 233]", "[1, 2, 3]"))
    document = open_mask(desk, "S000", "top")
    start_import(desk.session, exporter("coco"), file, How.REPLACE)
    desk.wait_until_settled()
    crack = desk.session.annotation.classes[-1]
    assert (crack.name, crack.colour) == ("crack", "#010203")
    assert document.mask.labels[32, 45] == crack.index
