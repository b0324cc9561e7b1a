"""What is said about deadlines: the kinds of the reminders. The rows are made set-wise by services.reminders."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from appraisal.notices import DEADLINE
from core.notifications import Kind, register

PLAN_TO_SEND = register(
    Kind(
        "reminder.plan",
        _("Your plan for %(year)s is not sent yet: until %(until_on)s"),
        _("Write it, check it, and send it to your supervisor."),
        label=_("Reminder: your plan"),
        topic=DEADLINE,
        watched=True,
    )
)
PLAN_LATE = register(
    Kind(
        "reminder.plan_late",
        _("Your plan for %(year)s is late"),
        _("The last day was %(until_on)s. You can still send it, and it is marked late."),
        label=_("Reminder: your plan is late"),
        topic=DEADLINE,
        watched=True,
    )
)
PLANS_TO_AGREE = register(
    Kind(
        "reminder.plans_to_agree",
        _("Plans that wait for your agreement: %(n)s, until %(until_on)s"),
        _("Read each with the person, then agree or return it with a comment."),
        label=_("Reminder: plans that wait for your agreement"),
        topic=DEADLINE,
        watched=True,
    )
)
PLANS_TO_AGREE_LATE = register(
    Kind(
        "reminder.plans_to_agree_late",
        _("Plans that wait for your agreement are late: %(n)s"),
        _("The last day was %(until_on)s. You can still agree, or return a plan with a comment."),
        label=_("Reminder: plans that wait for your agreement are late"),
        topic=DEADLINE,
        watched=True,
    )
)
SELF_TO_SEND = register(
    Kind(
        "reminder.self",
        _("Your self-assessment for %(year)s is not sent yet: until %(until_on)s"),
        _("What you have written is kept. Fill in what is missing and send it."),
        label=_("Reminder: your self-assessment"),
        topic=DEADLINE,
        watched=True,
    )
)
SELF_TO_RESEND = register(
    Kind(
        "reminder.self_returned",
        _("Your returned self-assessment is not sent again yet: until %(until_on)s"),
        _(
            "Read the comment, change what you want to change, and send it. After that the earlier version counts."
        ),
        label=_("Reminder: your returned self-assessment"),
        topic=DEADLINE,
        watched=True,
    )
)
RATINGS_TO_SEND = register(
    Kind(
        "reminder.ratings",
        _("Ratings that are not sent yet: %(n)s, until %(until_on)s"),
        _("Afterwards they pass to your own supervisor."),
        label=_("Reminder: ratings of your team"),
        topic=DEADLINE,
        watched=True,
    )
)
RATINGS_PASSED_ON = register(
    Kind(
        "reminder.ratings_passed_on",
        _("Ratings that came to you and are not sent yet: %(n)s, until %(until_on)s"),
        _("Whoever is not rated at publication is closed as not assessed."),
        label=_("Reminder: ratings that came to you as superior"),
        topic=DEADLINE,
        watched=True,
    )
)
RESULT_TO_READ = register(
    Kind(
        "reminder.result",
        _("Your result for %(year)s waits for you"),
        _("Open it and confirm that you have read it. Reading is not agreeing."),
        label=_("Reminder: your result"),
        topic=DEADLINE,
        compulsory=False,
        watched=True,
    )
)
# Who is asked about whom is nobody else's business: not watched.
REVIEWERS_TO_PROPOSE = register(
    Kind(
        "reminder.reviewers",
        _("You have not sent the names of your reviewers yet: until %(until_on)s"),
        _("Propose people who know your work. Whoever proposes nobody gets reviewers by lot."),
        label=_("Reminder: names of your reviewers"),
        topic=DEADLINE,
    )
)
REVIEWERS_TO_SETTLE = register(
    Kind(
        "reminder.reviewers_to_settle",
        _("Lists of reviewers that wait for you: %(n)s, until %(until_on)s"),
        _("Look at the names, change them if needed, and approve them."),
        label=_("Reminder: lists of reviewers that wait for you"),
        topic=DEADLINE,
    )
)
ANSWERS_TO_SEND = register(
    Kind(
        "reminder.answers",
        _("Colleagues who wait for your view: %(n)s, until %(until_on)s"),
        _("You can still accept, decline, or send your answer."),
        label=_("Reminder: your view of colleagues"),
        topic=DEADLINE,
    )
)
ESCALATED = register(
    Kind(
        "reminder.escalated",
        _("Plans that wait for an answer of %(name)s: %(n)s"),
        _(
            "They were sent %(days)s days ago or earlier. Talk with %(name)s, or ask HR for another supervisor."
        ),
        label=_("Work of a supervisor below you waits too long"),
        topic=DEADLINE,
        watched=True,
    )
)
# Said when a person reminds; the codes are those of services.reminders.SOURCES.
ASKED = register(
    Kind(
        "reminder.asked",
        _("%(by)s reminds you: %(work)s"),
        _("The last day is %(until_on)s."),
        label=_("Somebody reminds you"),
        topic=DEADLINE,
        watched=True,
        words={
            "work": {
                "plan": _("your plan is not sent yet"),
                "plans_to_agree": _("plans wait for your agreement"),
                "self": _("your self-assessment is not sent yet"),
                "self_returned": _("your returned self-assessment is not sent again yet"),
                "reviewers": _("the names of your reviewers are not sent yet"),
                "reviewers_to_settle": _("lists of reviewers wait for you"),
                "answers": _("colleagues wait for your view"),
                "ratings": _("ratings are not sent yet"),
                "ratings_passed_on": _("ratings that came to you are not sent yet"),
                "result": _("your result waits to be read"),
            }
        },
    )
)
