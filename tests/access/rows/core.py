"""Pages that belong to nobody's domain."""

from tests.access.matrix import EVERYBODY, SIGN_IN, STRANGER, Row, World, others
from tests.factories.notifications import a_message

EVERYBODY_AND_STRANGERS = {200: f"{EVERYBODY} {STRANGER}"}


def message_of_ani(world: World) -> dict[str, object]:
    """A message in Ani's inbox."""
    return {"notification_id": a_message(world.city.ani).pk}


ROWS = [
    Row("healthz", EVERYBODY_AND_STRANGERS),
    Row("readyz", EVERYBODY_AND_STRANGERS),
    Row("help", EVERYBODY_AND_STRANGERS),
    Row("help_guide", EVERYBODY_AND_STRANGERS, kwargs=lambda _world: {"slug": "cara-menilai-diri"}),
    Row("help_guide", {404: f"{EVERYBODY} {STRANGER}"}, kwargs=lambda _world: {"slug": "tidak-ada"}),
    Row("report_problem", EVERYBODY_AND_STRANGERS),
    Row("components", EVERYBODY_AND_STRANGERS),
    Row("inbox", {200: EVERYBODY, SIGN_IN: STRANGER}),
    Row("inbox_open", {405: EVERYBODY, SIGN_IN: STRANGER}, kwargs=message_of_ani),
    Row(
        "inbox_open",
        {302: "ani", 404: others("ani"), SIGN_IN: STRANGER},
        method="post",
        kwargs=message_of_ani,
    ),
    Row("inbox_read_all", {302: EVERYBODY, SIGN_IN: STRANGER}, method="post"),
    Row("inbox_read_all", {405: EVERYBODY, SIGN_IN: STRANGER}),
]
