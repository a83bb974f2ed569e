"""What models compute on."""

import os

import torch


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def leave_a_core() -> None:
    """Use all cores but one, unless OMP_NUM_THREADS says how many.

    Why: the window, decoding and the renderer work beside a model. Two threads on two cores of which one is busy wait
    for each other: a step takes four times as long as on one thread, where an idle machine would win 1.8 times. The
    number is fixed, not measured, because sums split among other threads round differently.
    """
    if "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(max(1, (os.cpu_count() or 1) - 1))
