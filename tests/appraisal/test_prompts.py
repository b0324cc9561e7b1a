"""The questions that help to write: those for employee, supervisor and reviewers, in the order of the file."""

import pytest

from appraisal.prompts import prompts_for


def test_each_side_has_two_questions_of_every_kind():
    for audience in ("self", "supervisor", "peer"):
        for kind in ("strength", "improve", "process", "impact", "start", "stop", "continue"):
            questions = prompts_for(audience, kind)
            assert len(questions) == 2
            assert all(len(question) > 40 for question in questions)


def test_several_kinds_come_in_the_order_in_which_they_are_asked():
    assert prompts_for("self", "impact", "process") == (
        *prompts_for("self", "impact"),
        *prompts_for("self", "process"),
    )


def test_an_unknown_kind_is_a_mistake():
    with pytest.raises(KeyError):
        prompts_for("self", "sideways")
