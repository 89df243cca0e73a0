"""Encryption of single values: AES-256-GCM under named keys, bound to the row they stand in."""

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12  # NIST SP 800-38D: 96-bit nonces


class CannotDecrypt(Exception):
    """The key is gone, or the value was moved or changed. Never the reader's fault."""


def encrypt(plain: str, *, bound_to: str) -> str:
    """`KEYNAME:BASE64(nonce + ciphertext)`; `bound_to` must be given again to read it."""
    name, key = next(iter(settings.FIELD_KEYS.items()))
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, plain.encode(), bound_to.encode())
    return f"{name}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(token: str, *, bound_to: str) -> str:
    name, _, encoded = token.partition(":")
    key = settings.FIELD_KEYS.get(name)
    if key is None:
        raise CannotDecrypt(f"FIELD_KEYS no longer holds the key named {name!r}")
    raw = base64.b64decode(encoded)
    try:
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], bound_to.encode()).decode()
    except InvalidTag:
        raise CannotDecrypt(f"a value bound to {bound_to} does not belong there or was changed") from None


def blind_indexes(value: str, *, purpose: str) -> list[str]:
    """Keyed digests of a value under each key, the current one first: write the first, search for any.

    Letters and digits only, upper case: a passport number typed with blanks still finds its row.
    """
    normal = "".join(letter for letter in value.upper() if letter.isalnum())
    if not normal:
        return []
    digests = []
    for key in settings.FIELD_KEYS.values():
        index_key = hmac.new(key, f"blind index {purpose}".encode(), hashlib.sha256).digest()
        digests.append(hmac.new(index_key, normal.encode(), hashlib.sha256).hexdigest())
    return digests
