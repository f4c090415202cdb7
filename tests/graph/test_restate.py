"""A tip loaded again with other words: nothing overwritten, nothing half done, nothing doubled."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from mobilis_graph import store
from mobilis_graph.access import Role
from mobilis_graph.errors import Conflict
from mobilis_graph.ingest.job import Job, Order
from mobilis_graph.store.walk import neighbour_counts
from tests.conftest import Graph
from tests.graph.test_load import TIPS, one, small, tables

LATER = "2026-12-01"


def ties(graph: Graph, known_on: str) -> list[tuple[str, str]]:
    found = store.network(graph.desk(), [one(graph, "Zed"), one(graph, "Rose")], known_on=known_on)
    return [(tie.best_source, relation) for tie in found.ties for relation, _, _ in tie.relations]


def test_what_a_tip_says_only_later_was_not_known_before(empty: Graph, tmp_path: Path) -> None:
    folder = small(tmp_path / "a")
    (folder / "associates_with.csv").unlink()
    empty.load(folder, today="2026-06-01")

    empty.load(small(tmp_path / "b"), today=LATER)

    assert ties(empty, "2026-11-30") == []
    assert ties(empty, LATER) == [("B", "ASSOCIATES_WITH")]


def test_an_earlier_day_keeps_the_grades_of_that_day(empty: Graph, tmp_path: Path) -> None:
    empty.load(small(tmp_path / "a"), today="2026-06-01")

    plan = empty.load(small(tmp_path / "b", grade="D"), today=LATER)

    assert (plan.assertions_new, plan.assertions_closed, plan.mentions_new, plan.mentions_closed) == (2, 2, 3, 3)
    assert ties(empty, "2026-11-30") == [("B", "ASSOCIATES_WITH")]
    assert ties(empty, LATER) == [("D", "ASSOCIATES_WITH")]


def test_a_later_day_of_receipt_moves_nothing_that_stands(empty: Graph, tmp_path: Path) -> None:
    folder = small(tmp_path / "a")
    empty.load(folder)
    tips = (folder / "tips.csv").read_text(encoding="utf-8").replace("2026-05-03", "2026-07-01")
    (folder / "tips.csv").write_text(tips, encoding="utf-8")

    plan = empty.load(folder, today=LATER)

    assert (plan.tips_changed, plan.assertions_new, plan.assertions_closed) == (1, 0, 0)
    assert empty.ask("MATCH ()-[r:USES]->() RETURN r.recordedAt AS at") == [{"at": "2026-05-03"}]


def test_words_taken_out_of_a_tip_are_gone_from_it_and_from_its_search(empty: Graph, tmp_path: Path) -> None:
    folder = small(tmp_path / "a")
    empty.load(folder)
    (folder / "tips.csv").write_text(TIPS + "T1,2026-05-03,CJM,B,2,o-1,triaged,\n", encoding="utf-8")

    empty.load(folder)

    told = empty.ask("MATCH (t:Tip) RETURN t.text AS text, t.words AS words")
    assert told == [{"text": None, "words": None}]
    assert store.search(empty.desk(), "ensemble") == ((), 0)


def test_an_assertion_dropped_and_said_again_stands_once(empty: Graph, tmp_path: Path) -> None:
    full = small(tmp_path / "a")
    empty.load(full, today="2026-06-01")
    less = small(tmp_path / "b")
    (less / "associates_with.csv").unlink()
    empty.load(less, today="2026-07-01")
    empty.load(full, today="2026-08-01")
    empty.load(small(tmp_path / "c", grade="C"), today="2026-09-01")

    live = empty.ask("MATCH ()-[r:ASSOCIATES_WITH]->() WHERE r.retractedAt IS NULL RETURN r.sourceGrade AS grade")

    assert live == [{"grade": "C"}]
    assert [ties(empty, day) != [] for day in ("2026-06-15", "2026-07-15", "2026-08-15")] == [True, False, True]


def test_a_tip_sent_back_to_triage_hides_what_it_said_before_too(empty: Graph, tmp_path: Path) -> None:
    empty.load(small(tmp_path / "0", tip="T0", alias="Zed"))
    empty.load(small(tmp_path / "a", alias="Zorro"))
    zed = one(empty, "Zed")
    less = small(tmp_path / "b", state="received", alias="Zorro")
    (less / "associates_with.csv").unlink()
    (tmp_path / "0" / "associates_with.csv").unlink()
    empty.load(less)
    before = {
        r["a"]: r["g"] for r in empty.ask("MATCH ()-[r]->() WHERE r.tip IS NOT NULL RETURN r.id AS a, r.guard AS g")
    }

    mine = empty.ask(
        "MATCH (t:Tip {reference: 'T1'})-[:MENTIONS]->()-[r]-() WHERE r.tip = t.id RETURN DISTINCT r.guard AS g"
    )
    empty.load(small(tmp_path / "c", alias="Zorro"))
    after = {
        r["a"]: r["g"] for r in empty.ask("MATCH ()-[r]->() WHERE r.tip IS NOT NULL RETURN r.id AS a, r.guard AS g")
    }

    assert mine == [{"g": "restricted"}]
    assert set(before.values()) == {"open", "restricted"}
    assert set(after.values()) == {"open"}
    assert store.search(empty.desk(), "Zorro")[1] == 1
    assert neighbour_counts(empty.desk(), zed)


def test_hidden_words_are_not_searchable_even_when_a_rewrite_ends_early(
    empty: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty.load(small(tmp_path / "0", tip="T0", alias="Zed"))
    empty.load(small(tmp_path / "a", alias="Zorro"))
    again = small(tmp_path / "b", state="received", alias="Zorro")
    write_all, done = empty.db.write_all, []

    def last_breath(work: object) -> None:
        write_all(work)  # type: ignore[arg-type]
        done.append(work)
        raise KeyboardInterrupt

    with empty.job(again) as job:
        job.plan()
        monkeypatch.setattr(empty.db, "write_all", last_breath)
        with pytest.raises(KeyboardInterrupt):
            job.write()
    monkeypatch.undo()

    assert len(done) == 1
    assert store.search(empty.desk(Role.INTELLIGENCE), "Zorro")[1] == 1
    assert store.search(empty.desk(), "Zorro") == ((), 0)


def test_a_tip_that_is_contradicted_is_found_after_the_other_is_restated(empty: Graph, tmp_path: Path) -> None:
    first, second = small(tmp_path / "a", tip="T1"), small(tmp_path / "b", tip="T2")
    against = "tip,contradicts,type,from,to\nT2,T1,USES,p1,v1\n"
    (second / "contradicts.csv").write_text(against, encoding="utf-8")
    empty.load(first)
    empty.load(second)
    before = store.search(empty.desk(), "T1")

    (small(tmp_path / "c", tip="T2", grade="D") / "contradicts.csv").write_text(against, encoding="utf-8")
    plan = empty.load(tmp_path / "c")

    assert (plan.tips_changed, before[1]) == (1, 1)
    assert store.search(empty.desk(), "T1") == before


def test_a_retracted_tip_leaves_no_word_behind(empty: Graph, tmp_path: Path) -> None:
    empty.load(small(tmp_path / "a", alias="Zorro"))

    store.retract(empty.desk(), "T1", "la source s'est trompée")

    assert empty.ask("MATCH (k:SearchKey) RETURN k.key AS key") == []


def test_what_another_writer_was_faster_to_write_is_found_by_search_all_the_same(
    empty: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_all, refused = empty.db.write_all, []

    def busy(work: object) -> None:
        if not refused:
            refused.append(1)
            raise Conflict("load: already there")
        write_all(work)  # type: ignore[arg-type]

    with empty.job(small(tmp_path / "a")) as job:
        job.plan()
        monkeypatch.setattr(empty.db, "write_all", busy)
        job.write()
    monkeypatch.undo()

    assert one(empty, "Zed")


def test_two_loads_that_rewrite_the_same_tips_at_once_say_each_thing_once(empty: Graph, tmp_path: Path) -> None:
    def many(folder: Path, *, tied: bool) -> Path:
        numbers = range(30)
        tips = "".join(f"T{n},2026-05-03,CJM,B,2,o-1,triaged,\n" for n in numbers)
        people = "".join(f"T{n},p{n},Nom{n}\nT{n},hub,Pivot\n" for n in numbers)
        links = "".join(f"T{n},p{n},hub\n" for n in numbers)
        named = {"tips": TIPS + tips, "persons": "tip,ref,name\n" + people}
        return tables(folder, **named, **({"associates_with": "tip,from,to\n" + links} if tied else {}))

    empty.load(many(tmp_path / "a", tied=False))
    folder = many(tmp_path / "b", tied=True)
    ready = Barrier(2, timeout=60)

    def load(home: Path) -> None:  # with a stage of its own, as in a process of its own
        with Job(empty.db, empty.ring, home, Order([folder]), LATER, lambda *_: None) as job:
            job.plan()
            ready.wait()
            job.write()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(load, [tmp_path / "h1", tmp_path / "h2"]))

    assert empty.ask("MATCH ()-[r:ASSOCIATES_WITH]->() RETURN count(r) AS n, count(DISTINCT r.id) AS ids") == [
        {"n": 30, "ids": 30}
    ]
    assert empty.ask("MATCH (t:Tip) RETURN max(size(t.history)) AS n") == [{"n": 1}]


JUDGED = "from,to,judgement,author,at,reason\n"


def test_a_later_judgement_takes_the_earlier_one_of_its_author_back(empty: Graph, tmp_path: Path) -> None:
    folder = small(tmp_path / "a")
    (folder / "same_as.csv").write_text(JUDGED + "p1,p2,same,ar,2026-06-01,même voix\n", encoding="utf-8")
    empty.load(folder)
    joined = empty.ask("MATCH (p:Person) RETURN count(DISTINCT p.canon) AS n")
    (folder / "same_as.csv").write_text(JUDGED + "p1,p2,different,ar,2026-06-01,vus ensemble\n", encoding="utf-8")
    empty.load(folder)
    parted = empty.ask("MATCH (p:Person) RETURN count(DISTINCT p.canon) AS n")
    (folder / "same_as.csv").write_text(JUDGED + "p1,p2,same,ar,2026-06-01,même voix\n", encoding="utf-8")
    empty.load(folder)  # the older table once more

    assert (joined, parted) == ([{"n": 1}], [{"n": 2}])
    assert empty.ask("MATCH (p:Person) RETURN count(DISTINCT p.canon) AS n") == [{"n": 2}]
    assert len(empty.ask("MATCH ()-[s:SAME_AS]->() RETURN s.id AS id")) == 2


def test_two_authors_may_write_a_status_on_one_day(empty: Graph, tmp_path: Path) -> None:
    folder = small(tmp_path / "a")
    rows = "".join(f"p1,suspect,dossier {who},{who},2026-06-01\n" for who in ("jl", "mm"))
    (folder / "statuses.csv").write_text("ref,status,ground,author,at\n" + rows, encoding="utf-8")

    empty.load(folder)

    assert len(empty.ask("MATCH (s:Status) RETURN s.id AS id")) == 2


def test_judgements_and_statuses_of_what_only_a_held_tip_describes_are_refused(empty: Graph, tmp_path: Path) -> None:
    folder = small(tmp_path / "a", grade="Z")
    (folder / "same_as.csv").write_text(JUDGED + "p1,p2,same,ar,2026-06-01,même voix\n", encoding="utf-8")
    status = "ref,status,ground,author,at\np1,suspect,dossier 1,jl,2026-06-01\n"
    (folder / "statuses.csv").write_text(status, encoding="utf-8")

    plan, told = empty.check(folder)

    assert plan.judgements == 0
    assert sum("the tips that describe it are held back" in sentence for sentence in told) == 2
