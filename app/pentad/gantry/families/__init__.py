"""The families of parts the gantry can make, procedurally."""

from pentad.core.problem import Problem
from pentad.gantry.design import Family
from pentad.gantry.families.crimp_terminal import CRIMP_TERMINAL
from pentad.gantry.families.pin_connector import PIN_CONNECTOR
from pentad.gantry.families.ribbed_housing import RIBBED_HOUSING

FAMILIES = (PIN_CONNECTOR, CRIMP_TERMINAL, RIBBED_HOUSING)


def family(name: str) -> Family:
    """The family called ``name``; Problem where there is none."""
    for known in FAMILIES:
        if known.name == name:
            return known
    raise Problem(
        f"No part family is called {name}",
        remedy=f"Choose one of {', '.join(known.name for known in FAMILIES)}",
    )
