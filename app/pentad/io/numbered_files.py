"""Results of one sample after the other in a project's folder, numbered as they came."""

from pathlib import Path

from pentad.io.file_names import file_name


class NumberedFiles:
    """One folder of a project: ``<sample>/<number>-<what made it>.npz``, for each sample from 1 on."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def next_file(self, sample: str, made_by: str) -> Path:
        """A name nobody has, below the root; Problem for a sample that no file can be called after."""
        taken = [int(file.name.partition("-")[0]) for file in self.files(sample)]
        return self._folder(sample) / f"{max(taken, default=0) + 1:03d}-{file_name(made_by)}.npz"

    def files(self, sample: str) -> list[Path]:
        """The sample's files, the oldest first."""
        found = [file for file in self._folder(sample).glob("*-*.npz") if file.name.partition("-")[0].isdecimal()]
        return sorted(found, key=lambda file: int(file.name.partition("-")[0]))

    def _folder(self, sample: str) -> Path:
        return self.root.joinpath(*(file_name(part) for part in sample.split("/")))
