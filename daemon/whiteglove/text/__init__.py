"""Text as people read it: cleaned of what no one can see, freed from HTML, and reduced to what its author wrote."""

from __future__ import annotations

from whiteglove.text.cleaning import clean, is_plain
from whiteglove.text.html import html_to_text
from whiteglove.text.quotes import new_text

__all__ = ["clean", "html_to_text", "is_plain", "new_text"]
