import numpy as np
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray

class TriangleMesh:
    def __init__(self, scene: EmbreeScene, vertices: NDArray[np.float32], indices: NDArray[np.int32]) -> None: ...
