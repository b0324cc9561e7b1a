"""The duties of the worklist in words, each with the page where it is done."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping

from django.urls import reverse
from django.utils.translation import gettext as _

from appraisal.enums import Phase
from appraisal.selectors.self_pages import MINUTES_PER_PAGE
from appraisal.selectors.worklist import Duty, Kind
from core.components import Progress, Todo
from core.wording import clock_time, number


def todos_of(duties: tuple[Duty, ...], *, counted_at: dt.datetime | None = None) -> tuple[Todo, ...]:
    """Every duty as a line of the list. `counted_at` is when the numbers of HR were counted."""
    return tuple(_WORDS[duty.kind](duty, counted_at) for duty in duties)


def minutes_for(pages: int) -> str:
    """About how long so many pages take."""
    return number(pages * MINUTES_PER_PAGE)


# --- one's own ----------------------------------------------------------------------------------


def _write_plan(duty: Duty, _counted_at: object) -> Todo:
    text = (
        _("The time for planning is over. You can still send the plan; it is marked as late.")
        if duty.late
        else _("Agree with your supervisor on what you want to reach this year.")
    )
    return _own(
        duty, "plan", _("Write your plan for %(year)s") % {"year": duty.year}, text, _("Open the plan")
    )


def _mend_plan(duty: Duty, _counted_at: object) -> Todo:
    return _own(
        duty,
        "plan",
        _("Mend your plan for %(year)s") % {"year": duty.year},
        _("Your supervisor returned it and wrote why."),
        _("Read the comment"),
    )


def _change_plan(duty: Duty, _counted_at: object) -> Todo:
    return _own(
        duty,
        "plan",
        _("Finish the change of your plan"),
        _("The agreed version counts until the new one is agreed."),
        _("Open the plan"),
    )


def _fill_realization(duty: Duty, _counted_at: object) -> Todo:
    return _own(
        duty,
        "realization",
        _("Fill in what you have reached"),
        _("%(n)s of %(total)s results have all their figures.") % {"n": duty.n, "total": duty.total},
        _("Fill in"),
    )


def _begin_self(duty: Duty, _counted_at: object) -> Todo:
    text = _("%(n)s pages, about %(minutes)s minutes. You can stop at any time and go on later.")
    return _own(
        duty,
        "self_assessment",
        _("Begin your self-assessment"),
        text % {"n": duty.total, "minutes": minutes_for(duty.total)},
        _("Begin"),
    )


def _continue_self(duty: Duty, _counted_at: object) -> Todo:
    if duty.n == duty.total:
        text, action = _("All pages are done. Check your answers and send them."), _("Check and send")
    else:
        text = _("%(n)s of %(total)s pages are done. The rest takes about %(minutes)s minutes.") % {
            "n": duty.n,
            "total": duty.total,
            "minutes": minutes_for(duty.total - duty.n),
        }
        action = _("Go on")
    return _own(
        duty,
        "self_assessment",
        _("Go on with your self-assessment"),
        text,
        action,
        Progress(duty.n, duty.total, _("Finished pages of the self-assessment")),
    )


def _mend_self(duty: Duty, _counted_at: object) -> Todo:
    return _own(
        duty,
        "self_assessment",
        _("Mend your self-assessment"),
        _("Your supervisor returned it and wrote why. After the deadline the earlier version counts."),
        _("Read the comment"),
    )


def _open_result(duty: Duty, _counted_at: object) -> Todo:
    return _own(
        duty,
        "result",
        _("Open your result for %(year)s") % {"year": duty.year},
        _("You see how it came about, and what comes next."),
        _("Open the result"),
    )


def _confirm_result(duty: Duty, _counted_at: object) -> Todo:
    return _own(
        duty,
        "result",
        _("Confirm that you have read your result for %(year)s") % {"year": duty.year},
        _("Reading is not agreeing. You can add a comment."),
        _("Open the result"),
    )


def _propose_reviewers(duty: Duty, _counted_at: object) -> Todo:
    return _own(
        duty,
        "reviewers",
        _("Name colleagues who know your work"),
        _("%(fewest)s to %(most)s people. Your supervisor settles the list before they are asked.")
        % {"fewest": duty.n, "most": duty.total},
        _("Choose colleagues"),
    )


def _review_colleagues(duty: Duty, _counted_at: object) -> Todo:
    title = (
        _("%(name)s is waiting for your view") if duty.n == 1 else _("%(n)s colleagues wait for your view")
    )
    return Todo(
        title % {"name": duty.name, "n": number(duty.n)},
        _page("invitation", duty.appraisal_id) if duty.n == 1 else reverse("invitations"),
        _("Sealed and without your name. About ten minutes for each person."),
        duty.closes_at,
        _("Open"),
    )


def _own(
    duty: Duty, route: str, title: str, text: str, action: str, progress: Progress | None = None
) -> Todo:
    return Todo(title, _page(route, duty.appraisal_id), text, duty.closes_at, action, progress)


def _page(route: str, appraisal_id: uuid.UUID | None) -> str:
    return reverse(route, args=[appraisal_id])


# --- the people one leads -----------------------------------------------------------------------


def _agree_plans(duty: Duty, _counted_at: object) -> Todo:
    title = _("Read the plan of %(name)s") if duty.n == 1 else _("Read %(n)s plans")
    return _led(
        duty, "team_plan", title, _("Agree to it together, or return it with a comment."), _("Read now")
    )


def _approve_reviewers(duty: Duty, _counted_at: object) -> Todo:
    title = (
        _("Settle the reviewers of %(name)s") if duty.n == 1 else _("Settle the reviewers of %(n)s people")
    )
    text = _("Look who is asked often already, change names if needed, then ask them.")
    return _reviewers(duty, title, text, _("See the names"))


def _replace_reviewers(duty: Duty, _counted_at: object) -> Todo:
    title = (
        _("Ask somebody else about %(name)s") if duty.n == 1 else _("Ask somebody else about %(n)s people")
    )
    text = _("Reviewers have declined or been withdrawn, and too few are left.")
    return _reviewers(duty, title, text, _("Choose somebody"))


def _reviewers(duty: Duty, title: str, text: str, action: str) -> Todo:
    url = _page("team_reviewers", duty.appraisal_id) if duty.n == 1 else reverse("team_nominated")
    return Todo(title % {"name": duty.name, "n": number(duty.n)}, url, text, duty.closes_at, action)


def _read_self(duty: Duty, _counted_at: object) -> Todo:
    title = _("Read the self-assessment of %(name)s") if duty.n == 1 else _("Read %(n)s self-assessments")
    return _led(duty, "rate", title, _("You may return one once, with a comment."), _("Read now"))


def _rate(duty: Duty, _counted_at: object) -> Todo:
    title = _("Rate %(name)s") if duty.n == 1 else _("Rate %(n)s people")
    sent = duty.total - duty.n
    text = _("%(n)s of %(total)s ratings are sent.") % {"n": sent, "total": duty.total}
    progress = Progress(sent, duty.total, _("Sent ratings")) if duty.total > 1 else None
    return _led(duty, "rate", title, text, _("Rate now"), progress)


def _rate_passed_on(duty: Duty, _counted_at: object) -> Todo:
    title = (
        _("Rate %(name)s in place of the supervisor")
        if duty.n == 1
        else _("Rate %(n)s people in place of their supervisors")
    )
    text = _("The rating was not sent in time, so it has come to you.")
    return _led(duty, "rate", title, text, _("Rate now"))


def _talk_results(duty: Duty, _counted_at: object) -> Todo:
    title = (
        _("Talk with %(name)s about the result")
        if duty.n == 1
        else _("Talk with %(n)s people about their results")
    )
    text = _("You see the results first, so that nobody reads theirs without a talk.")
    return _led(duty, "result", title, text, _("See the results"))


def _led(
    duty: Duty, route: str, title: str, text: str, action: str, progress: Progress | None = None
) -> Todo:
    """A duty of a leader: one person's page, or the team's when there are several."""
    url = _page(route, duty.appraisal_id) if duty.n == 1 else reverse("team")
    return Todo(title % {"name": duty.name, "n": duty.n}, url, text, duty.closes_at, action, progress)


# --- HR and the auditor -------------------------------------------------------------------------


def _overdue(duty: Duty, counted_at: dt.datetime | None) -> Todo:
    titles = {
        Phase.PLANNING: _("Help with plans that are late: %(n)s"),
        Phase.SELF_ASSESSMENT: _("Help with self-assessments that are late: %(n)s"),
        Phase.SUPERVISOR_REVIEW: _("Help with ratings that are late: %(n)s"),
    }
    phase = duty.phase or Phase.PLANNING
    return Todo(
        titles[phase] % {"n": number(duty.n)},
        f"{reverse('late')}?phase={phase.value}",
        _("Counted at %(time)s.") % {"time": clock_time(counted_at)} if counted_at else "",
        action=_("See who is late"),
    )


def _publish(duty: Duty, _counted_at: object) -> Todo:
    title = (
        _("Publish the results of an agency") if duty.n == 1 else _("Publish the results of %(n)s agencies")
    )
    return Todo(
        title % {"n": number(duty.n)},
        reverse("publications"),
        _("You see the counts first. Supervisors see the results before employees do."),
        duty.closes_at,
        _("Prepare the publication"),
    )


def _audit(_duty: Duty, _counted_at: object) -> Todo:
    return Todo(
        _("Read the record of an appraisal"),
        reverse("audit"),
        _("You see who did what, when and why. Every look of yours is logged."),
        action=_("Open the record"),
    )


_WORDS: Mapping[Kind, Callable[[Duty, dt.datetime | None], Todo]] = {
    Kind.WRITE_PLAN: _write_plan,
    Kind.MEND_PLAN: _mend_plan,
    Kind.CHANGE_PLAN: _change_plan,
    Kind.FILL_REALIZATION: _fill_realization,
    Kind.BEGIN_SELF: _begin_self,
    Kind.CONTINUE_SELF: _continue_self,
    Kind.MEND_SELF: _mend_self,
    Kind.OPEN_RESULT: _open_result,
    Kind.CONFIRM_RESULT: _confirm_result,
    Kind.PROPOSE_REVIEWERS: _propose_reviewers,
    Kind.REVIEW_COLLEAGUES: _review_colleagues,
    Kind.AGREE_PLANS: _agree_plans,
    Kind.APPROVE_REVIEWERS: _approve_reviewers,
    Kind.REPLACE_REVIEWERS: _replace_reviewers,
    Kind.READ_SELF: _read_self,
    Kind.RATE: _rate,
    Kind.RATE_PASSED_ON: _rate_passed_on,
    Kind.TALK_RESULTS: _talk_results,
    Kind.OVERDUE: _overdue,
    Kind.PUBLISH: _publish,
    Kind.AUDIT: _audit,
}
