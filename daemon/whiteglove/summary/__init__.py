"""The owner's daily summary in its two written forms, a text and a page, both from the same `Summary`."""

from whiteglove.summary.page import as_page as as_page
from whiteglove.summary.plain import as_text as as_text
from whiteglove.summary.reader import Reader as Reader
from whiteglove.summary.verdict import subject as subject
from whiteglove.summary.verdict import verdict as verdict
