"""What went wrong, in words a person can act on."""


class Problem(Exception):
    """Something a person can act on: what happened, why, and what to do about it.

    It is raised at the edge where the fault was found (a file, a setting, a model) and shown as it is, without a
    traceback. Anything else that escapes is a bug.
    """

    def __init__(self, what: str, why: str = "", *, remedy: str) -> None:
        super().__init__(what, why, remedy)
        self.what = what
        self.why = why
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}: {self.why}" if self.why else self.what

    def __reduce__(self) -> tuple[object, tuple[str, str, str]]:
        return _rebuild, (self.what, self.why, self.remedy)


def _rebuild(what: str, why: str, remedy: str) -> Problem:
    return Problem(what, why, remedy=remedy)
