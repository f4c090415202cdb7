"""The workspace: every action a pure function, every change of the picture undone and redone."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobilis_graph.workspace import MOST_STEPS, View, Workspace, from_json, handle, only_seen, to_json

KAZ, DOC, CAR = "kaz", "doc", "car"


def started() -> Workspace:
    return handle({"op": "start", "ids": [KAZ]}, Workspace(), found=[KAZ, DOC])


def test_starting_draws_what_was_found_and_selects_who_was_asked_for() -> None:
    workspace = started()

    assert workspace.view.drawn == (KAZ, DOC)
    assert workspace.selected == (KAZ,)


def test_expanding_adds_once_and_keeps_the_order() -> None:
    workspace = handle({"op": "expand", "ids": [KAZ]}, started(), found=[DOC, CAR])

    assert workspace.view.drawn == (KAZ, DOC, CAR)


def test_hiding_clears_the_selection_and_can_be_undone_and_redone() -> None:
    hidden = handle({"op": "hide", "ids": [KAZ]}, started())
    undone = handle({"op": "undo"}, hidden)
    redone = handle({"op": "redo"}, undone)

    assert hidden.view.drawn == (DOC,)
    assert hidden.selected == ()
    assert undone.view.drawn == (KAZ, DOC)
    assert redone.view == hidden.view


def test_hidden_entities_come_back_all_together() -> None:
    workspace = handle({"op": "unhide"}, handle({"op": "hide", "ids": [KAZ, DOC]}, started()))

    assert workspace.view.drawn == (KAZ, DOC)


def test_showing_a_hidden_entity_brings_it_back() -> None:
    hidden = handle({"op": "hide", "ids": [DOC]}, started())

    assert handle({"op": "show", "ids": [DOC]}, hidden, found=[DOC]).view.drawn == (KAZ, DOC)


def test_pinning_twice_unpins() -> None:
    once = handle({"op": "pin", "ids": [KAZ, DOC]}, started())
    one_more = handle({"op": "pin", "ids": [KAZ, CAR]}, once)

    assert once.view.pinned == {KAZ, DOC}
    assert one_more.view.pinned == {KAZ, DOC, CAR}
    assert handle({"op": "pin", "ids": [KAZ, DOC]}, once).view.pinned == frozenset()


def test_muting_a_type_twice_shows_it_again() -> None:
    muted = handle({"op": "mute", "type": "Place"}, started())

    assert muted.view.muted == {"Place"}
    assert handle({"op": "mute", "type": "Place"}, muted).view.muted == frozenset()


def test_selecting_is_no_step() -> None:
    workspace = handle({"op": "select", "ids": [DOC], "line": None}, started())

    assert workspace.selected == (DOC,)
    assert len(workspace.past) == 1


def test_a_change_that_changes_nothing_is_no_step() -> None:
    assert handle({"op": "expand", "ids": [KAZ]}, started(), found=[KAZ, DOC]).past == started().past


def test_a_new_step_forgets_what_was_undone() -> None:
    undone = handle({"op": "undo"}, handle({"op": "hide", "ids": [KAZ]}, started()))

    assert handle({"op": "hide", "ids": [DOC]}, undone).future == ()


@pytest.mark.parametrize("op", ["undo", "redo"])
def test_nothing_to_undo_or_redo_changes_nothing(op: str) -> None:
    assert handle({"op": op}, Workspace()) == Workspace()


@pytest.mark.parametrize(
    "action", [{}, {"op": "drop table"}, {"op": None}, {"op": "hide", "ids": "kaz"}, {"op": "hide"}]
)
def test_what_is_no_action_changes_nothing(action: dict[str, object]) -> None:
    assert handle(action, started()).view == started().view


def test_the_number_of_steps_kept_has_a_limit() -> None:
    workspace = started()
    for n in range(MOST_STEPS * 2):
        workspace = handle({"op": "expand", "ids": [KAZ]}, workspace, found=[f"e{n}"])

    assert len(workspace.past) == MOST_STEPS


def test_what_a_viewer_does_not_see_was_in_no_step() -> None:
    workspace = handle(
        {"op": "hide", "ids": [DOC]}, handle({"op": "expand", "ids": [KAZ]}, started(), found=["secret"])
    )
    workspace = handle({"op": "pin", "ids": ["secret"]}, workspace)

    cut = only_seen(workspace, {KAZ, DOC})

    assert "secret" not in json.dumps(to_json(cut))
    assert cut.view.drawn == (KAZ,)
    assert len(cut.past) == 2  # the empty canvas and the start: the steps that only added or pinned a secret are gone


def test_no_undo_of_another_viewer_seems_to_do_nothing() -> None:
    workspace = started()
    for found in ("s1", DOC, "s2", CAR):
        workspace = handle({"op": "expand", "ids": [KAZ]}, workspace, found=[found])
    cut = only_seen(handle({"op": "undo"}, workspace), {KAZ, DOC, CAR})

    while cut.past:
        before, cut = cut, handle({"op": "undo"}, cut)
        assert cut.view != before.view


ids = st.sampled_from([KAZ, DOC, CAR, "e1", "e2"])
actions = st.fixed_dictionaries(
    {
        "op": st.sampled_from(
            ["start", "expand", "show", "only", "hide", "unhide", "pin", "mute", "select", "undo", "redo"]
        ),
        "ids": st.lists(ids, max_size=3),
        "type": st.sampled_from(["Person", "Place"]),
    }
)


@given(st.lists(st.tuples(actions, st.lists(ids, max_size=4)), max_size=30))
def test_undoing_everything_and_redoing_it_comes_back_to_the_same_view(
    steps: list[tuple[dict[str, object], list[str]]],
) -> None:
    workspace = Workspace()
    for action, found in steps:
        workspace = handle(action, workspace, found=found)
    last = handle({"op": "redo"}, workspace)
    while last.future:
        last = handle({"op": "redo"}, last)

    undone = last
    for _ in last.past:
        undone = handle({"op": "undo"}, undone)
    redone = undone
    for _ in last.past:
        redone = handle({"op": "redo"}, redone)

    assert undone.view == View()
    assert redone.view == last.view
    assert from_json(json.loads(json.dumps(to_json(workspace)))) == workspace
