"""Durable side effects: what must happen after a transaction, as rows that outlive every broker."""

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from relo.core.models import Privacy, privacy


class Queue(models.TextChoices):
    DEFAULT = "default", pgettext_lazy("queue", "Default")
    MAIL = "mail", pgettext_lazy("queue", "Mail")
    FILES = "files", pgettext_lazy("queue", "Files")
    PACKETS = "packets", pgettext_lazy("queue", "Packets")


class OutboxMessage(models.Model):
    """One thing to do. Read without a scope; the relay opens the agency's scope before it calls the handler.

    `due_at` is when it may next be taken: claiming moves it to the end of the lease, failing to the next try. So one
    index serves every question, and a message whose worker died is simply due again.
    `attempts` counts claims and is the fencing number: only the latest claim may finish.
    """

    PRIVACY: ClassVar[Mapping[str, Privacy]] = privacy(
        none="id agency queue handler key payload due_at attempts done_at dead_at last_error created_at"
    )

    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, null=True, related_name="+")
    queue = models.CharField(max_length=10, choices=Queue.choices)
    handler = models.CharField(max_length=80)
    key = models.CharField(max_length=120)
    payload = models.JSONField(default=dict, help_text=_("ids only"))
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True, help_text=_("class of the last failure, no text of it"))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("outbox message")
        verbose_name_plural = _("outbox")
        constraints = [
            models.UniqueConstraint(fields=["handler", "key"], name="outbox_once_per_handler_and_key"),
            models.CheckConstraint(condition=Q(queue__in=Queue.values), name="outbox_queue_is_known"),
            models.CheckConstraint(condition=Q(done_at=None) | Q(dead_at=None), name="outbox_done_or_dead"),
        ]
        indexes = [
            models.Index(
                F("queue"), F("due_at"), F("id"), condition=Q(done_at=None, dead_at=None), name="outbox_waiting"
            ),
            # Agencies take turns: each is asked for its own next one.
            models.Index(
                F("queue"),
                F("agency"),
                F("due_at"),
                F("id"),
                condition=Q(done_at=None, dead_at=None),
                name="outbox_waiting_of_agency",
            ),
            models.Index(F("done_at"), condition=Q(done_at__isnull=False), name="outbox_done"),
            models.Index(F("dead_at"), condition=Q(dead_at__isnull=False), name="outbox_dead"),
        ]

    def __str__(self) -> str:
        return f"{self.handler} {self.key}"
