"""On PostgreSQL a published route version cannot change through any door, not even plain SQL.

SQLite has no such trigger: it drops triggers whenever it remakes a table, and a wall that may silently be gone is none.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION relo_refuse_change_of_published_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status NOT IN ('published', 'retired') THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.status IN ('published', 'retired')
       AND (NEW.id, NEW.code, NEW.edition, NEW.content::text, NEW.content_sha256, NEW.published_at)
           IS NOT DISTINCT FROM (OLD.id, OLD.code, OLD.edition, OLD.content::text, OLD.content_sha256, OLD.published_at)
       AND NEW.agency_id IS NOT DISTINCT FROM OLD.agency_id
       AND NOT (OLD.status = 'retired' AND NEW.status = 'published') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a published route version never changes; publish a new edition' USING ERRCODE = '23514';
END $$;
CREATE TRIGGER relo_published_versions_are_frozen BEFORE UPDATE OR DELETE ON cases_routeversion
    FOR EACH ROW EXECUTE FUNCTION relo_refuse_change_of_published_version();
"""
DROP = """
DROP TRIGGER relo_published_versions_are_frozen ON cases_routeversion;
DROP FUNCTION relo_refuse_change_of_published_version();
"""


def on_postgresql(statement):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [migrations.RunPython(on_postgresql(CREATE), on_postgresql(DROP))]
