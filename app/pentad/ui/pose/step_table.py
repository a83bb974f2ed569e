"""The numbers of the iteration one looks at, beside those of the answer and of a run compared with."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QWidget
from scipy.spatial.transform import Rotation

from pentad.core.pose_trace import PoseStep

ROWS = (
    "Turn x", "Turn y", "Turn z", "Shift x", "Shift y", "Shift z", "Step turn", "Step shift", "Loss", "IoU",
    "Gradient", "Damping", "Level",
)  # fmt: skip


class StepTable(QTableWidget):
    """One column a step; turns are a rotation vector in degrees, shifts millimetres."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(len(ROWS), 0, parent)
        self.setVerticalHeaderLabels(ROWS)
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.verticalHeader().setDefaultSectionSize(22)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.setAccessibleName("Parameters of the iteration")

    def show_steps(self, steps: Sequence[tuple[str, PoseStep]]) -> None:
        self.setColumnCount(len(steps))
        self.setHorizontalHeaderLabels([title for title, _ in steps])
        for column, (_, step) in enumerate(steps):
            for row, text in enumerate(values_of(step)):
                item = QTableWidgetItem(text)
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.setItem(row, column, item)


def values_of(step: PoseStep) -> tuple[str, ...]:
    """What stands in a column, in the order of ``ROWS``."""
    turn = np.degrees(Rotation.from_matrix(step.pose[:3, :3]).as_rotvec())
    angle, way = np.degrees(np.linalg.norm(step.change[:3])), np.linalg.norm(step.change[3:])
    return (
        *(f"{value:+.3f} °" for value in turn),
        *(f"{value:+.4g} mm" for value in step.pose[:3, 3]),
        f"{angle:.3g} °",
        f"{way:.3g} mm",
        f"{step.loss:.5f}",
        f"{step.iou:.4f}",
        f"{step.gradient:.3g}",
        "" if np.isnan(step.damping) else f"{step.damping:.2g}",
        "full size" if step.level == 1 else f"1/{step.level}",
    )
