"""States and kinds of people and places."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AgencyKind(models.TextChoices):
    """What sort of unit an agency is; the tree may have any depth."""

    CITY = "city", _("City government")
    SECRETARIAT = "secretariat", _("Secretariat")
    INSPECTORATE = "inspectorate", _("Inspectorate")
    BOARD = "board", _("Board")
    DINAS = "dinas", _("Department")
    HOSPITAL = "hospital", _("Hospital")
    DISTRICT = "district", _("District")
    SUBDISTRICT = "subdistrict", _("Subdistrict")
    DIVISION = "division", _("Division")
    SECTION = "section", _("Section")
    SCHOOL = "school", _("School")
    CLINIC = "clinic", _("Health centre")


class EmploymentType(models.TextChoices):
    """How a person serves the city. The Mayor is elected: rates and is not appraised."""

    PNS = "pns", _("Civil servant (PNS)")
    PPPK = "pppk", _("Contract civil servant (PPPK)")
    ELECTED = "elected", _("Elected official")


APPRAISED_TYPES = frozenset({EmploymentType.PNS, EmploymentType.PPPK})


class PositionType(models.TextChoices):
    """The kinds of position of the civil service."""

    JPT_PRATAMA = "jpt_pratama", _("High leadership")
    ADMINISTRATOR = "administrator", _("Administrator")
    PENGAWAS = "pengawas", _("Supervisor position")
    PELAKSANA = "pelaksana", _("General staff")
    FUNCTIONAL = "fungsional", _("Functional position")
    ELECTED = "elected", _("Elected office")


class ActingKind(models.TextChoices):
    """Plt takes over with full duty; Plh stands in for a short absence and may not rate."""

    PLT = "plt", _("Acting head (Plt)")
    PLH = "plh", _("Day-to-day head (Plh)")


class Role(models.TextChoices):
    """Granted roles, dated and scoped to an agency subtree. Parties of an appraisal are not roles."""

    AGENCY_HEAD = "agency_head", _("Agency head")
    PERFORMANCE_MANAGER = "performance_manager", _("Performance manager")
    HR_AGENCY = "hr_agency", _("HR admin of an agency")
    HR_CITY = "hr_city", _("HR admin of the city")
    AUDITOR = "auditor", _("Auditor")
    ADMIN = "admin", _("System administrator")


HR_ROLES = frozenset({Role.HR_AGENCY, Role.HR_CITY})
WATCHING_ROLES = frozenset({Role.HR_AGENCY, Role.HR_CITY, Role.PERFORMANCE_MANAGER})


class Theme(models.TextChoices):
    """Light, dark, or as the device says."""

    AUTO = "auto", _("Follow the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class SupervisorBasis(models.TextChoices):
    """Why somebody is the supervisor of a placement on a day."""

    OVERRIDE = "override", _("Decided by HR")
    ACTING = "acting", _("Acting head of the unit")
    HEAD = "head", _("Head of the unit")
    NONE = "none", _("Nobody")


class LeaveKind(models.TextChoices):
    """The kinds of leave (PP 11/2017 Pasal 310, as amended by PP 17/2020; KU)."""

    ANNUAL = "annual", _("Annual leave")
    LONG = "long", _("Long leave")
    SICK = "sick", _("Sick leave")
    MATERNITY = "maternity", _("Maternity leave")
    IMPORTANT = "important", _("Leave for an important reason")
    UNPAID = "unpaid", _("Leave at one's own expense")
