"""What is kept of an address or a network that is counted for: a keyed digest, the same for one nobody has."""

from django.utils.crypto import salted_hmac


def counting_key(purpose: str, *, email: str = "", network: str = "", since: str = "") -> str:
    """Each purpose counts by itself."""
    value = " ".join((email.strip().casefold(), network, since))
    return salted_hmac(f"relo.accounts.{purpose}", value, algorithm="sha256").hexdigest()
