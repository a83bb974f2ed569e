"""Work in pieces on two threads, for loops that leave the interpreter alone."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor


def done(pieces: Sequence[Callable[[], object]]) -> Iterator[int]:
    """Do all pieces, on two threads where there are several; after each, how many are done."""
    if len(pieces) == 1:
        # Why: to begin a thread takes longer than a small piece does.
        pieces[0]()
        yield 1
        return
    with ThreadPoolExecutor(2) as pool:
        work = [pool.submit(piece) for piece in pieces]
        try:
            for count, piece in enumerate(work, 1):
                piece.result()
                yield count
        finally:
            for piece in work:
                piece.cancel()
