"""People, places, and what connects them."""

from accounts.models.agency import Agency, Position, PositionFamily, PositionLevel
from accounts.models.employee import Employee, PersonnelNumber, RoleGrant
from accounts.models.leave import Leave
from accounts.models.placement import Acting, GradeHistory, Placement, SupervisorOverride

__all__ = [
    "Acting",
    "Agency",
    "Employee",
    "GradeHistory",
    "Leave",
    "PersonnelNumber",
    "Placement",
    "Position",
    "PositionFamily",
    "PositionLevel",
    "RoleGrant",
    "SupervisorOverride",
]
