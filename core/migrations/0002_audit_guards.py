"""The record cannot be rewritten: UPDATE, DELETE and TRUNCATE of audit rows are refused by triggers.

A detail may be deleted by the retention command alone, which says so in a setting of its own transaction.
Every event is put into the queue of the sealing by a trigger, and leaves it only for its place in a seal.
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

CREATE FUNCTION audit_await_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO core_unsealedevent (event_id) VALUES (NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION audit_refuse_unless_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM gone WHERE NOT EXISTS (SELECT FROM core_sealedevent s WHERE s.event_id = gone.event_id)) THEN
        RAISE EXCEPTION 'audit events wait until they are sealed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER audit_event_awaits_seal AFTER INSERT ON core_auditevent
    FOR EACH ROW EXECUTE FUNCTION audit_await_seal();
CREATE TRIGGER audit_queue_fixed BEFORE UPDATE ON core_unsealedevent
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_queue_left AFTER DELETE ON core_unsealedevent REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_unless_sealed();
CREATE TRIGGER audit_queue_kept BEFORE TRUNCATE ON core_unsealedevent
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_place_fixed BEFORE UPDATE OR DELETE ON core_sealedevent
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_place_kept BEFORE TRUNCATE ON core_sealedevent
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_seal_fixed BEFORE UPDATE OR DELETE ON core_auditseal
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_seal_kept BEFORE TRUNCATE ON core_auditseal
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""

BACKWARDS = """
DROP TRIGGER audit_seal_kept ON core_auditseal;
DROP TRIGGER audit_seal_fixed ON core_auditseal;
DROP TRIGGER audit_place_kept ON core_sealedevent;
DROP TRIGGER audit_place_fixed ON core_sealedevent;
DROP TRIGGER audit_queue_kept ON core_unsealedevent;
DROP TRIGGER audit_queue_left ON core_unsealedevent;
DROP TRIGGER audit_queue_fixed ON core_unsealedevent;
DROP TRIGGER audit_event_awaits_seal ON core_auditevent;
DROP FUNCTION audit_refuse_unless_sealed();
DROP FUNCTION audit_await_seal();
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
