"""Settings under which a model trains in a blink on the tiny backbone."""

from pentad.sdk import Value

SMALL_CPRN: dict[str, Value] = {"input": 56, "heads": 2, "steps": 8, "batch": 4, "tokens": 8}
SMALL_PATCHCORE: dict[str, Value] = {"input": 56, "blocks": "1,2", "dimensions": 8, "coreset": 60}


def small_depthgen(backbone: str) -> dict[str, Value]:
    """The depth generator on features of a CPRN that learns on ``backbone`` first."""
    features = f"backbone={backbone}; input=56; heads=2; steps=2; batch=4; tokens=8"
    return {
        "features_with": features,
        "side": 32,
        "grid": 4,
        "coder_width": 8,
        "widths": "16-24",
        "blocks": 1,
        "attention": 16,
        "coder_steps": 6,
        "steps": 6,
        "finetune_steps": 2,
        "batch": 4,
        "sampling_steps": 2,
    }
