"""Privacy tags of rows about the staff whose models belong to a library. They go with their user."""

from collections.abc import Mapping

from relo.core.models import Privacy, privacy

BORROWED: Mapping[str, Mapping[str, Privacy]] = {
    # `data` holds keys, sealed or public, and the name that somebody gave to their passkey.
    "mfa.Authenticator": privacy(none="id user type created_at last_used_at", personal="data"),
    # Never written: the address of a member is that of the user. allauth.account cannot be had without the tables.
    "account.EmailAddress": privacy(none="id user verified primary", personal="email"),
    "account.EmailConfirmation": privacy(none="id email_address created sent key"),
    # Never written: relo's pages are none of those that write it.
    "admin.LogEntry": privacy(
        none="id action_time user content_type object_id action_flag", personal="object_repr change_message"
    ),
}
