"""When a deadline is spoken of, pure: seven, three and one day before the last day, and the day after it.

The occurrence of a reminder is its threshold day, so that running twice says it once. After an outage only the latest
threshold that was reached is said: a day belongs to exactly one threshold of a deadline, or to none.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise

# Days before the last day; the day after it is -1.
THRESHOLDS = (7, 3, 1, -1)
# A threshold after the last day is still said so many days after it, when the clock stood still.
LATEST = 7


@dataclass(frozen=True, slots=True)
class Span:
    """The last days for which a threshold is the latest one reached, from `first_on` to `last_on`, both included."""

    days: int
    first_on: dt.date
    last_on: dt.date

    def includes(self, last_day: dt.date) -> bool:
        """Whether a deadline with this last day is spoken of."""
        return self.first_on <= last_day <= self.last_on

    def threshold_day(self, last_day: dt.date) -> dt.date:
        """The day on which the reminder was due: its occurrence."""
        return last_day - dt.timedelta(days=self.days)


def spans(day: dt.date) -> tuple[Span, ...]:
    """For each threshold, of which last days it speaks on `day`. No last day lies in two of them."""
    ends = (*THRESHOLDS, -LATEST - 1)
    return tuple(
        Span(
            days=threshold,
            first_on=day + dt.timedelta(days=following + 1),
            last_on=day + dt.timedelta(days=threshold),
        )
        for threshold, following in pairwise(ends)
    )
