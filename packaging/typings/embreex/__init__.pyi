"""The part of embreex that Pentad calls; its modules are compiled and carry no types."""
