"""May this mail leave? The last question before SMTP."""

from whiteglove.disclosure import disclosure_words as disclosure_words
from whiteglove.guard.checks import CONVERSATION as CONVERSATION
from whiteglove.guard.checks import REHEARSAL as REHEARSAL
from whiteglove.guard.checks import guard as guard
from whiteglove.guard.facts import REASONS as REASONS
from whiteglove.guard.facts import Facts as Facts
from whiteglove.guard.facts import LimitUse as LimitUse
from whiteglove.guard.facts import Refusal as Refusal
from whiteglove.guard.facts import move_facts as move_facts
from whiteglove.guard.facts import owner_facts as owner_facts
from whiteglove.guard.facts import team_facts as team_facts
