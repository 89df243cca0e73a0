"""The administrators' pages. Accounts and the outbox lie below the desk and cannot know it, so their pages are here."""

from relo.desk.admin import agency, members, outbox, security_log, tokens

__all__ = ["agency", "members", "outbox", "security_log", "tokens"]
