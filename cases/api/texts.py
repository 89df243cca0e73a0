"""Texts in both languages and how sure we are, as the API shows them."""

from typing import Any

from rest_framework import serializers

from cases.routes.overlay_parts import PageEvidence
from cases.routes.values import Evidence, Text


class TextOut(serializers.Serializer[Any]):
    en = serializers.CharField()
    zh = serializers.CharField()


class EvidenceOut(serializers.Serializer[Any]):
    level = serializers.CharField()
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    checked_on = serializers.DateField()
    review_by = serializers.DateField()
    page = serializers.CharField(allow_null=True, help_text="the page of the post where the post asks for it")


def text_out(text: Text) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}


def evidence_out(evidence: Evidence) -> dict[str, Any]:
    return {
        "level": evidence.level,
        "source": evidence.source,
        "checked_on": evidence.checked_on,
        "review_by": evidence.review_by,
        "page": evidence.page_url if isinstance(evidence, PageEvidence) else None,
    }
