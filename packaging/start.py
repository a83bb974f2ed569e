"""Where the frozen program begins: a worker process does its work, anything else is the command line or the window."""

import multiprocessing
import os
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()
    if sys.stderr is None:
        # Why: a windowed program on Windows has no terminal, and what writes to one would fail.
        sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    from pentad.cli import main
    from pentad.sdk.folders import cache_folder

    # Why: PyTorch makes this folder as soon as parts of it are loaded, and else where temporary files are.
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(cache_folder() / "torch"))
    sys.exit(main())
