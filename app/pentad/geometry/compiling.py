"""How loops are compiled by numba; imported only by modules of such loops, for numba takes half a second."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function, *, fast: frozenset[str] = frozenset(), kept: bool = True) -> _Function:
    """The function, compiled at its first call, leaving the interpreter alone; numbers divide by zero as numpy's do.

    ``fast`` names the liberties LLVM may take with floats. What is compiled is ``kept`` for later runs beside the
    module, else in the user's cache.
    """
    try:
        made = numba.njit(cache=kept, nogil=True, error_model="numpy", fastmath=set(fast))(function)
    except RuntimeError:
        if not kept:
            raise
        # Why: neither place can be written, as with a program installed for all on a locked machine; every run compiles
        # anew then.
        return compiled(function, fast=fast, kept=False)
    return cast(_Function, made)
