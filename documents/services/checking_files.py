"""Whether rows and files agree: each file a row names lies in the storage, and each that lies there is named.

A file is stored before its row, so a process that ends in between leaves one that no row names. It goes once it is old,
was found twice with a day between, and only while such files are few: many are a sign of the wrong database.
"""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Model

from documents.models import Document, LooseFile, Packet, PacketVolume, PostCopy, Rendition
from relo.core import clock, storage
from relo.core.scoping import system_scope

# Every field that names a file, with the fields of its hash and size where it has them. What is missing here would be
# taken for loose: a test looks for it.
NAMING: tuple[tuple[type[Model], str, str, str], ...] = (
    (Document, "blob_key", "sha256", "size"),
    (Rendition, "blob_key", "sha256", "size"),
    (Packet, "blob_key", "sha256", "size"),
    (Packet, "copy_key", "", ""),
    (PacketVolume, "blob_key", "sha256", "size"),
    (PostCopy, "blob_key", "sha256", "size"),
)
OLD = timedelta(days=2)
BETWEEN_LOOKS = timedelta(days=1)
FEW = 20


@dataclass
class Report:
    rows: int = 0
    files: int = 0
    sampled: int = 0
    missing: list[str] = field(default_factory=list)  # rows whose file is not there
    damaged: list[str] = field(default_factory=list)  # rows whose file is not what they say
    loose: list[str] = field(default_factory=list)  # files that no row names, young ones left out
    due: list[str] = field(default_factory=list)  # of these, seen a day ago already
    removed: int = 0
    too_many: bool = False

    @property
    def ok(self) -> bool:
        return not (self.missing or self.damaged or self.too_many)


@dataclass(frozen=True, slots=True)
class Named:
    what: str  # such as `documents.Document 0c1d…`: an id, never a name
    key: str
    sha256: str | None  # None: that it opens is all that can be asked
    size: int | None


def check_files(*, sample: int | None, reap: bool) -> Report:
    """`sample`: how many files are opened and hashed; None for every one."""
    report = Report()
    with system_scope("check_files compares the rows of every agency with what lies in the storage"):
        before = storage.lying()
        lying = {file.key: file.at for file in before}  # first, so that no row is younger than this look
        report.files = len(lying)
        rows = list(_named())
        named = {row.key: row for row in rows}  # a file that was used again has several
        report.rows = len(rows)
        gone = {key for key in named if key not in lying and not _is_there(key)}
        report.missing = sorted(row.what for row in rows if row.key in gone)
        _sample([row for key, row in named.items() if key in lying], sample, report)
        old = clock.now() - OLD
        report.loose = sorted(key for key, at in lying.items() if key not in named and at < old)
        _look_again(report, reap=reap)
    return report


def _named(keys: list[str] | None = None) -> Iterator[Named]:
    for model, key_field, hash_field, size_field in NAMING:
        rows = model._default_manager.exclude(**{key_field: ""})
        if keys is not None:
            rows = rows.filter(**{f"{key_field}__in": keys})
        for pk, key, *known in rows.values_list("pk", key_field, *filter(None, (hash_field, size_field))).iterator():
            sha256, size = known if known else (None, None)
            yield Named(f"{model._meta.label} {pk}", key, sha256, size)


def _is_there(key: str) -> bool:
    """A row may be younger than the look at the storage."""
    try:
        with storage.open_blob(key) as blob:
            blob.read(1)
    except FileNotFoundError:
        return False
    except storage.BlobDamaged:
        return True
    return True


def _sample(rows: list[Named], sample: int | None, report: Report) -> None:
    chosen = rows if sample is None or sample >= len(rows) else secrets.SystemRandom().sample(rows, sample)
    for row in chosen:
        digest, size, opens = hashlib.sha256(), 0, True
        try:
            for piece in storage.chunks(row.key):
                digest.update(piece)
                size += len(piece)
        except storage.BlobDamaged:
            opens = False
        except FileNotFoundError:  # taken away with its row meanwhile, or lost: the next run tells
            continue
        report.sampled += 1
        if not opens or (row.sha256 is not None and (digest.hexdigest(), size) != (row.sha256, row.size)):
            report.damaged.append(row.what)
    report.damaged.sort()


def _look_again(report: Report, *, reap: bool) -> None:
    now = clock.now()
    seen = dict(LooseFile.objects.values_list("blob_key", "seen_at"))
    LooseFile.objects.filter(blob_key__in=seen.keys() - set(report.loose)).delete()
    LooseFile.objects.bulk_create(
        (LooseFile(blob_key=key, seen_at=now) for key in report.loose if key not in seen), ignore_conflicts=True
    )
    report.due = [key for key in report.loose if key in seen and seen[key] <= now - BETWEEN_LOOKS]
    report.too_many = len(report.loose) > FEW
    if not reap or report.too_many:
        return
    for key in report.due:
        if not any(_named([key])) and storage.delete(key):
            LooseFile.objects.filter(blob_key=key).delete()
            report.removed += 1
