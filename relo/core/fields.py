"""Model fields whose stored form is not their value: encrypted text, and the blind index that finds it."""

from typing import Any

from django.db import models

from relo.core.crypto import blind_indexes, decrypt, encrypt


class Ciphertext(str):
    """What the column holds. Decrypted only when the attribute is read."""


class _EncryptedAttribute:
    def __init__(self, field: "EncryptedTextField") -> None:
        self.field = field

    def __get__(self, row: models.Model | None, owner: type[models.Model]) -> Any:
        if row is None:
            return self
        if self.field.attname not in row.__dict__:
            row.refresh_from_db(fields=[self.field.attname])
        value = row.__dict__[self.field.attname]
        if isinstance(value, Ciphertext):
            value = decrypt(value, bound_to=self.field.bound_to(row))
            row.__dict__[self.field.attname] = value
        return value

    def __set__(self, row: models.Model, value: Any) -> None:
        row.__dict__[self.field.attname] = value


class EncryptedTextField(models.TextField[str, str]):
    """Text under FIELD_KEYS, bound to model, row and field: a value copied to another row does not open."""

    def bound_to(self, row: models.Model) -> str:
        return f"{row._meta.label_lower}:{row.pk}:{self.name}"

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _EncryptedAttribute(self))

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return Ciphertext(value) if value else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        if not value or isinstance(value, Ciphertext):
            return value
        return Ciphertext(encrypt(value, bound_to=self.bound_to(model_instance)))

    def get_prep_value(self, value: Any) -> Any:
        if value and not isinstance(value, Ciphertext):
            raise TypeError(f"{self.name} is encrypted: save the row, or search by its blind index")
        return super().get_prep_value(value)


class BlindIndexField(models.CharField[str, str]):
    """Keyed digest of another field of the row, for exact search only."""

    def __init__(self, *, of: str, **kwargs: Any) -> None:
        self.of = of
        super().__init__(**{"max_length": 64, "blank": True, "editable": False, "db_index": True, **kwargs})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        digests = blind_indexes(getattr(model_instance, self.of) or "", purpose=self.purpose)
        value = digests[0] if digests else ""
        setattr(model_instance, self.attname, value)
        return value

    @property
    def purpose(self) -> str:
        return f"{self.model._meta.label_lower}.{self.of}"

    def matches(self, value: str) -> list[str]:
        """What to look for: `Candidate.objects.filter(passport_index__in=field.matches("L898902C3"))`."""
        return blind_indexes(value, purpose=self.purpose)
