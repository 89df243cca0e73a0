"""What is kept of a secret: never the secret itself."""

import hashlib
import secrets

from django.utils.crypto import salted_hmac


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def new_code() -> str:
    return f"{secrets.randbelow(1_000_000):06}"


def digest_of(secret: str) -> str:
    """SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def code_digest(row_id: object, code: str) -> str:
    """Keyed, since a million codes are soon tried against a stolen table; and bound to its row."""
    return salted_hmac("relo.portal.code", f"{row_id}:{code}", algorithm="sha256").hexdigest()


def masked(email: str) -> str:
    """Enough to notice a slip of the finger, too little for whoever looks over a shoulder."""
    name, _, domain = email.strip().rpartition("@")
    return f"{name[:1]}•••@{domain}"
