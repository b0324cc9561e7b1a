"""The record cannot be rewritten: UPDATE, DELETE and TRUNCATE of audit rows are refused by triggers.

A detail may be deleted by the retention command alone, which says so in a setting of its own transaction.
"""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit rows are never changed (%% on %%)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION audit_refuse_unless_retention() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('kinerja.retention', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'audit details are erased by the retention command alone' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER audit_event_fixed BEFORE UPDATE OR DELETE ON core_auditevent
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_event_kept BEFORE TRUNCATE ON core_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_detail_fixed BEFORE UPDATE ON core_auditdetail
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_detail_erased BEFORE DELETE ON core_auditdetail
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_unless_retention();
CREATE TRIGGER audit_detail_kept BEFORE TRUNCATE ON core_auditdetail
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER access_log_fixed BEFORE UPDATE ON core_accesslogentry
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
"""

BACKWARDS = """
DROP TRIGGER access_log_fixed ON core_accesslogentry;
DROP TRIGGER audit_detail_kept ON core_auditdetail;
DROP TRIGGER audit_detail_erased ON core_auditdetail;
DROP TRIGGER audit_detail_fixed ON core_auditdetail;
DROP TRIGGER audit_event_kept ON core_auditevent;
DROP TRIGGER audit_event_fixed ON core_auditevent;
DROP FUNCTION audit_refuse_unless_retention();
DROP FUNCTION audit_refuse();
"""


class Migration(migrations.Migration):
    """Guards of the record."""

    dependencies = [("core", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS.replace("%%", "%"), BACKWARDS)]
