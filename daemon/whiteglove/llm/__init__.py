"""A language model behind the classifier, off unless `[plugins.llm]` is there: any endpoint that speaks as OpenAI's API
does (Ollama, llama.cpp, vLLM).

It is asked only about what a client wrote and the classifier abstained on, and all it can give is one vote with the
words of the mail that the vote rests on. `asking` is what is said and what is believed, `endpoint` the connection,
`adviser` the thread and the deadline.
"""

from whiteglove.llm.adviser import LlmAdviser
from whiteglove.llm.endpoint import Endpoint, endpoint_of

__all__ = ["Endpoint", "LlmAdviser", "endpoint_of"]
