from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore

from relo.accounts.guessing import FORGOTTEN_AFTER
from relo.accounts.sessions import LONGEST
from relo.accounts.sign_in_models import StaffSession, WrongTries
from relo.core import clock


@shared_task(name="relo.accounts.tasks.forget_sign_ins")
def forget_sign_ins() -> None:
    """What can no longer matter: sessions too old to be in force, and wrong tries of days ago."""
    now = clock.now()
    SessionStore.clear_expired()
    # A day longer than a session lasts: the row of an ended one must outlive Django's session under the same key.
    StaffSession.objects.filter(started_at__lt=now - LONGEST - FORGOTTEN_AFTER).delete()
    WrongTries.objects.filter(last_at__lt=now - FORGOTTEN_AFTER).delete()
