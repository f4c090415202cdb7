"""The fictional town as it stands in the graph, then with the next month upon it."""

import pytest

from mobilis_graph import store
from mobilis_graph.access import Role
from mobilis_graph.graph import Entity
from tests.conftest import SAMPLE, Graph


@pytest.fixture
def december(graph: Graph) -> Graph:
    """The sample, and the further load of November 2026."""

    def fill() -> None:
        graph.load_all(SAMPLE)
        graph.load_all(SAMPLE / "next_month")

    graph.hold("december", fill)
    return graph


def person(graph: Graph, name: str, role: Role = Role.ANALYST) -> Entity:
    hits, _ = store.search(graph.desk(role), name)
    return next(h.entity for h in hits if h.entity.type == "Person")


def test_six_tips_speak_of_kaz_and_41_neighbours_stand_around_him(sample: Graph) -> None:
    kaz = store.start(sample.desk())

    assert kaz is not None
    assert (kaz.caption, kaz.tips) == ("« Kaz »", 6)
    assert store.neighbours(sample.desk(), kaz.id, limit=11).total == 41


def test_mado_was_not_known_at_the_end_of_june(sample: Graph) -> None:
    mado = person(sample, "mado")

    assert store.network(sample.desk(), [mado.id], known_on="2026-06-30").entities == ()
    assert store.network(sample.desk(), [mado.id], known_on="2026-11-02").entities != ()


def test_three_black_civics_may_be_meant(sample: Graph) -> None:
    hits, _ = store.search(sample.desk(), "civic noire qio")
    cars = [hit for hit in hits if hit.entity.type == "Vehicle"]

    assert len(cars) == 3
    assert {field for hit in cars for field, _ in hit.why} == {"model", "colour", "plate"}


def test_a_denial_stands_beside_what_it_denies(sample: Graph) -> None:
    kaz = store.profile(sample.desk(), person(sample, "kaz").id)

    assert "INF-26-017" in {denial.tip.reference for denial in kaz.denials}
    assert "INF-26-033" in {tip.reference for tip, _ in kaz.contradictions}


def test_the_next_month_moves_the_town_on(december: Graph) -> None:
    steve = store.profile(december.desk(), person(december, "steve").id)

    assert store.meta(december.desk()).today == "2026-12-01"
    assert steve.status is not None
    assert steve.status.status == "charged"
    assert person(december, "nado").caption == "« Nado »"
    assert store.search(december.desk(Role.DETECTIVE), "INF-26-053")[1] == 1  # triaged meanwhile


def test_the_town_loaded_again_after_the_next_month_does_not_bring_a_withdrawn_consent_back(december: Graph) -> None:
    with december.job(SAMPLE, today="2026-12-01") as job:
        plan = job.plan()
        told = [sentence for sentence in job.refused(100) if "she refused on 2026-11-19" in sentence]

    assert (len(told), plan.tips_held >= 1) == (1, True)
