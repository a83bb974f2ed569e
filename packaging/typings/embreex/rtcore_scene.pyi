from typing import Any, Literal, overload

import numpy as np
from numpy.typing import NDArray

class EmbreeScene:
    def __init__(self, *, robust: bool = False) -> None: ...
    @overload
    def run(
        self, vec_origins: NDArray[np.float32], vec_directions: NDArray[np.float32], *, output: Literal[1]
    ) -> dict[str, NDArray[Any]]: ...
    @overload
    def run(
        self, vec_origins: NDArray[np.float32], vec_directions: NDArray[np.float32], *, query: str
    ) -> NDArray[np.int32]: ...
