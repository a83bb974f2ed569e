"""Numbers in sentences."""


def counted(number: int, what: str) -> str:
    """ "1 pixel", "12,345 pixels"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
