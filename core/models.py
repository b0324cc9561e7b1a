"""Django looks for models here; they live in the module of their noun."""

from core.access_log import AccessLogEntry
from core.audit import AuditDetail, AuditEvent
from core.heartbeat import Heartbeat
from core.mail_preferences import MailPreference
from core.notifications import Notification
from core.seals import AuditSeal, SealedEvent, UnsealedEvent

__all__ = [
    "AccessLogEntry",
    "AuditDetail",
    "AuditEvent",
    "AuditSeal",
    "Heartbeat",
    "MailPreference",
    "Notification",
    "SealedEvent",
    "UnsealedEvent",
]
