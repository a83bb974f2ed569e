"""Settings under which a model trains in a blink on the tiny backbone."""

from pentad.sdk import Value

SMALL_CPRN: dict[str, Value] = {"input": 56, "heads": 2, "steps": 8, "batch": 4, "tokens": 8}
SMALL_PATCHCORE: dict[str, Value] = {"input": 56, "blocks": "1,2", "dimensions": 8, "coreset": 60}
