"""Logins by OAuth 2.0: a login that the owner allows once in a browser, and access tokens from then on.

`asking` is how the owner allows it, `redirect` where the browser comes back to, `issuer` what is said to the provider,
`tokens` the file of a mailbox's tokens, `access` what a connection asks for a token.
"""

from whiteglove.oauth.access import Access as Access
from whiteglove.oauth.access import LoginState as LoginState
from whiteglove.oauth.access import access_of as access_of
