"""From the server into the store: every message of a watched folder becomes a row, and a client's message an event.

`reading` decides which UIDs are read, `recording` what becomes of one message, `watching` when to look.
"""
