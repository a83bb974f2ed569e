from collections.abc import Mapping, MutableMapping
from os import PathLike
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

class Dataset:
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    attrs: MutableMapping[str, Any]
    def __getitem__(self, key: object) -> NDArray[Any]: ...
    def __setitem__(self, key: object, value: ArrayLike) -> None: ...
    def resize(self, size: int, axis: int) -> None: ...

class Group(Mapping[str, Any]):
    attrs: MutableMapping[str, Any]
    def create_dataset(
        self,
        name: str,
        shape: tuple[int, ...] | None = None,
        dtype: DTypeLike | None = None,
        data: ArrayLike | None = None,
        *,
        chunks: tuple[int, ...] | None = None,
        maxshape: tuple[int | None, ...] | None = None,
        fletcher32: bool | None = None,
    ) -> Dataset: ...
    def __getitem__(self, name: str) -> Any: ...
    def __iter__(self) -> Any: ...
    def __len__(self) -> int: ...

class File(Group):
    def __init__(self, name: str | PathLike[str], mode: str = "r") -> None: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...
