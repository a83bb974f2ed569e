"""From nouns to pixels on screen."""
