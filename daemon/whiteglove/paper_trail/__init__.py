"""The paper trail of a client: an index of all messages, and a timeline of what happened, each as a text and as a page.

Facts of the record only, in the owner's language (English, German): others will read it, the client among them.
"""

from whiteglove.paper_trail.listing import index_table as index_table
from whiteglove.paper_trail.listing import timeline_text as timeline_text
from whiteglove.paper_trail.pages import index_page as index_page
from whiteglove.paper_trail.pages import timeline_page as timeline_page
from whiteglove.paper_trail.story import Letter as Letter
from whiteglove.paper_trail.story import Missing as Missing
from whiteglove.paper_trail.story import Trail as Trail
from whiteglove.paper_trail.story import Way as Way
