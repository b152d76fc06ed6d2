"""From what is to be said to the bytes that are sent: rendered, composed, with a time as a calendar entry."""

from whiteglove.compose import own_ids as own_ids
from whiteglove.compose.assemble import compose as compose
from whiteglove.compose.calendar import calendar_entry as calendar_entry
from whiteglove.compose.draft import DraftLetter as DraftLetter
from whiteglove.compose.draft import compose_draft as compose_draft
from whiteglove.compose.letter import Letter as Letter
from whiteglove.compose.letter import parent_references as parent_references
from whiteglove.compose.render import render as render
