import uuid

import django.db.models.deletion
from django.db import migrations, models

import relo.core.fields
from relo.core.row_security import SecureRows

SEALED = """
CREATE FUNCTION relo_refuse_change_of_sealed_packet() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.sealed_at IS NULL THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.state IN ('sealed', 'handed_in', 'superseded')
       AND (NEW.id, NEW.agency_id, NEW.case_id, NEW.number, NEW.inputs::text, NEW.fingerprint, NEW.blob_key, NEW.sha256,
            NEW.size, NEW.pages, NEW.manifest::text, NEW.sealed_by, NEW.sealed_at)
           IS NOT DISTINCT FROM
           (OLD.id, OLD.agency_id, OLD.case_id, OLD.number, OLD.inputs::text, OLD.fingerprint, OLD.blob_key, OLD.sha256,
            OLD.size, OLD.pages, OLD.manifest::text, OLD.sealed_by, OLD.sealed_at)
       AND NOT (OLD.state = 'handed_in' AND NEW.state <> 'handed_in') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a sealed packet never changes; build a new one' USING ERRCODE = '23514';
END $$;
CREATE TRIGGER relo_sealed_packets_are_frozen BEFORE UPDATE OR DELETE ON documents_packet
    FOR EACH ROW EXECUTE FUNCTION relo_refuse_change_of_sealed_packet();
"""
SEALED_VOLUMES = """
CREATE FUNCTION relo_refuse_change_of_sealed_volume() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM documents_packet WHERE id = OLD.packet_id AND sealed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'a part of a sealed packet never changes; build a new one' USING ERRCODE = '23514';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER relo_sealed_volumes_are_frozen BEFORE UPDATE OR DELETE ON documents_packetvolume
    FOR EACH ROW EXECUTE FUNCTION relo_refuse_change_of_sealed_volume();
"""
UNSEALED_VOLUMES = """
DROP TRIGGER relo_sealed_volumes_are_frozen ON documents_packetvolume;
DROP FUNCTION relo_refuse_change_of_sealed_volume();
"""
UNSEALED = """
DROP TRIGGER relo_sealed_packets_are_frozen ON documents_packet;
DROP FUNCTION relo_refuse_change_of_sealed_packet();
"""


def on_postgresql(statement):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_security_log"),
        ("cases", "0010_post_editions_change_rules"),
        ("documents", "0006_hints"),
    ]

    operations = [
        migrations.CreateModel(
            name="PacketChoice",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "position",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="place in the packet"),
                ),
                ("left_out_reason", models.CharField(blank=True, max_length=300, verbose_name="why it is left out")),
                ("printed_name", models.CharField(blank=True, max_length=200, verbose_name="name as printed on it")),
                ("chosen_by", models.CharField(max_length=80)),
                ("chosen_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "choice for a packet",
                "verbose_name_plural": "choices for packets",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="PacketVolume",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                ("blob_key", models.CharField(editable=False, max_length=120)),
                ("sha256", models.CharField(editable=False, max_length=64)),
                ("size", models.PositiveBigIntegerField(editable=False)),
                ("pages", models.PositiveIntegerField(editable=False, verbose_name="pages")),
                ("manifest", models.JSONField(editable=False)),
            ],
            options={
                "verbose_name": "part of a packet",
                "verbose_name_plural": "parts of packets",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.RemoveConstraint(
            model_name="packet",
            name="packet_state_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="packet",
            name="packet_ready_has_a_file",
        ),
        migrations.RemoveConstraint(
            model_name="packet",
            name="packet_sealed_has_a_time",
        ),
        migrations.AddField(
            model_name="packet",
            name="answer",
            field=models.CharField(
                blank=True,
                choices=[("approved", "Approved"), ("error", "Error reported")],
                max_length=10,
                verbose_name="answer",
            ),
        ),
        migrations.AddField(
            model_name="packet",
            name="answer_note",
            field=relo.core.fields.EncryptedTextField(
                blank=True, default="", max_length=2000, verbose_name="what is wrong"
            ),
        ),
        migrations.AddField(
            model_name="packet",
            name="answered_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="packet",
            name="asked_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="packet",
            name="copy_key",
            field=models.CharField(blank=True, editable=False, max_length=120),
        ),
        migrations.AddField(
            model_name="packet",
            name="copy_size",
            field=models.PositiveBigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="packet",
            name="handed_in_by",
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name="packet",
            name="handed_in_on",
            field=models.DateField(blank=True, null=True, verbose_name="handed in on"),
        ),
        migrations.AddField(
            model_name="packet",
            name="handed_in_where",
            field=relo.core.fields.EncryptedTextField(blank=True, default="", max_length=200, verbose_name="where"),
        ),
        migrations.AddField(
            model_name="packet",
            name="most_bytes",
            field=models.PositiveBigIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="packet",
            name="most_pages",
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="packet",
            name="progress",
            field=models.CharField(
                blank=True,
                choices=[
                    ("fetching", "fetching the documents"),
                    ("preparing", "looking through the documents"),
                    ("rendering", "laying out cover and contents"),
                    ("joining", "joining the documents"),
                    ("stamping", "numbering the pages"),
                    ("sealing", "reckoning the manifest"),
                ],
                editable=False,
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="packet",
            name="receipt",
            field=relo.core.fields.EncryptedTextField(
                blank=True, default="", max_length=80, verbose_name="number of the receipt"
            ),
        ),
        migrations.AddField(
            model_name="packet",
            name="warnings",
            field=models.JSONField(default=list, editable=False),
        ),
        migrations.AlterField(
            model_name="packet",
            name="state",
            field=models.CharField(
                choices=[
                    ("requested", "Requested"),
                    ("building", "Building"),
                    ("ready", "Ready"),
                    ("failed", "Failed"),
                    ("sealed", "Sealed"),
                    ("handed_in", "Handed in"),
                    ("superseded", "Superseded"),
                ],
                default="requested",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddConstraint(
            model_name="packet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["requested", "building", "ready", "failed", "sealed", "handed_in", "superseded"])
                ),
                name="packet_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="packet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["ready", "sealed", "handed_in", "superseded"]), _negated=True),
                    models.Q(models.Q(("blob_key", ""), _negated=True), models.Q(("sha256", ""), _negated=True)),
                    _connector="OR",
                ),
                name="packet_ready_has_a_file",
            ),
        ),
        migrations.AddConstraint(
            model_name="packet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["sealed", "handed_in"]), _negated=True),
                    ("sealed_at__isnull", False),
                    _connector="OR",
                ),
                name="packet_sealed_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="packet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "handed_in"), _negated=True), ("handed_in_on__isnull", False), _connector="OR"
                ),
                name="packet_handed_in_has_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="packet",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer__in", ["", "approved", "error"])), name="packet_answer_is_known"
            ),
        ),
        migrations.AddField(
            model_name="packetchoice",
            name="agency",
            field=models.ForeignKey(
                editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.agency"
            ),
        ),
        migrations.AddField(
            model_name="packetchoice",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="packet_choices", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="packetchoice",
            name="document",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.document"
            ),
        ),
        migrations.AddField(
            model_name="packetvolume",
            name="agency",
            field=models.ForeignKey(
                editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.agency"
            ),
        ),
        migrations.AddField(
            model_name="packetvolume",
            name="packet",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="volumes", to="documents.packet"
            ),
        ),
        migrations.AddConstraint(
            model_name="packetchoice",
            constraint=models.UniqueConstraint(fields=("document",), name="packet_choice_once_per_document"),
        ),
        migrations.AddConstraint(
            model_name="packetvolume",
            constraint=models.UniqueConstraint(fields=("packet", "number"), name="packet_volume_once"),
        ),
        migrations.AddConstraint(
            model_name="packetvolume",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 2)), name="packet_volume_is_a_further_one"
            ),
        ),
        SecureRows("packetvolume", ("packet",)),
        SecureRows("packetchoice", ("case", "document")),
        migrations.RunPython(on_postgresql(SEALED), on_postgresql(UNSEALED)),
        migrations.RunPython(on_postgresql(SEALED_VOLUMES), on_postgresql(UNSEALED_VOLUMES)),
    ]
