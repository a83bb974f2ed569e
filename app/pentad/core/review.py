"""What a person decided about a part."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pentad.core.box import Box


class Verdict(StrEnum):
    """An inspector's decision."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    NEEDS_WORK = "needs work"


@dataclass(frozen=True, slots=True)
class Review:
    """One decision about one sample: who, when, and a remark."""

    sample: str
    verdict: Verdict
    who: str
    when: datetime
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Dismissal:
    """A person looked at a contradiction between views and found nothing wrong in that place of ``view``."""

    sample: str
    view: str
    label: int
    where: Box
    who: str
    when: datetime


@dataclass(frozen=True, slots=True)
class Remark:
    """A note pinned to a sample, or to one of its views."""

    sample: str
    text: str
    who: str
    when: datetime
    view: str = ""
