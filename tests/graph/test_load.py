"""Loading: whole tips, twice the same, changed, retracted, refused."""

import csv
from pathlib import Path

import pytest

from mobilis_graph import store
from mobilis_graph.access import Role
from mobilis_graph.errors import InputError, NotFound
from tests.conftest import SAMPLE, Graph

TIPS = "reference,receivedOn,organisation,sourceGrade,contentGrade,origin,state,text\n"


def tables(folder: Path, **named: str) -> Path:
    """Write tables into a folder of a given source."""
    folder.mkdir(exist_ok=True)
    (folder / "mobilis.toml").write_text('source = "test"\n', encoding="utf-8")
    for name, text in named.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def small(folder: Path, *, state: str = "triaged", tip: str = "T1", grade: str = "B", alias: str = "Zed") -> Path:
    """Two persons and a car, told by one tip."""
    return tables(
        folder,
        tips=TIPS + f"{tip},2026-05-03,CJM,{grade},2,o-1,{state},On les voit ensemble\n",
        persons=f"tip,ref,name,aliases\n{tip},p1,Émile Ouimet,{alias}\n{tip},p2,Rose Iquart,\n",
        vehicles=f"tip,ref,plate,jurisdiction,make,colour\n{tip},v1,QIO 123,QC,Honda,noire\n",
        associates_with=f"tip,from,to,since,basis\n{tip},p2,p1,2026-04,seen\n",
        uses=f"tip,from,to\n{tip},p1,v1\n",
    )


def one(graph: Graph, words: str, role: Role = Role.ANALYST) -> str:
    hits, _ = store.search(graph.desk(role), words)
    assert len(hits) == 1, [h.entity.caption for h in hits]
    return hits[0].entity.id


def test_a_load_twice_changes_nothing(empty: Graph, tmp_path: Path) -> None:
    first = empty.load(small(tmp_path / "a"))
    picture = empty.picture()

    second = empty.load(small(tmp_path / "a"))

    assert (first.tips_new, first.assertions_new, first.entities_new) == (1, 2, 3)
    assert (second.tips_new, second.tips_same, second.assertions_new, second.entities_new) == (0, 1, 0, 0)
    assert empty.picture() == picture


def test_a_dry_run_writes_nothing(empty: Graph, tmp_path: Path) -> None:
    plan, refused = empty.check(small(tmp_path / "a"))

    assert (plan.tips_new, plan.mentions_new, refused) == (1, 3, [])
    assert empty.picture() == []


def test_what_a_tip_says_stands_on_its_mention(empty: Graph, tmp_path: Path) -> None:
    empty.load(small(tmp_path / "a"))

    nodes = empty.ask("MATCH (p:Person) RETURN properties(p) AS p")
    said = empty.ask("MATCH (:Tip)-[m:MENTIONS]->(p:Person) WHERE m.aliases IS NOT NULL RETURN properties(m) AS m")[0][
        "m"
    ]

    assert {k for n in nodes for k in n["p"]} == {"key", "id", "canon", "guard"}
    assert (said["name"], said["aliases"], said["recordedAt"], said["guard"]) == (
        "Émile Ouimet",
        ["Zed"],
        "2026-05-03",
        "open",
    )


def test_an_undirected_assertion_stores_the_smaller_key_first(empty: Graph, tmp_path: Path) -> None:
    empty.load(small(tmp_path / "a"))

    (row,) = empty.ask(
        "MATCH (a)-[r:ASSOCIATES_WITH]->(b) RETURN a.key < b.key AS ordered, r.since AS since, r.precision AS p"
    )

    assert row == {"ordered": True, "since": "2026-04-01", "p": "month"}


def test_an_untriaged_tip_is_restricted_with_all_it_says(empty: Graph, tmp_path: Path) -> None:
    empty.load(small(tmp_path / "a", state="received"))

    guards = empty.ask("MATCH (:Entity)-[r]->(:Entity) RETURN collect(DISTINCT r.guard) AS g")[0]["g"]

    assert guards == ["restricted"]
    assert store.search(empty.desk(Role.DETECTIVE), "Zed") == ((), 0)
    assert one(empty, "Zed", Role.INTELLIGENCE)


def test_triage_opens_a_tip_with_all_it_says(empty: Graph, tmp_path: Path) -> None:
    empty.load(small(tmp_path / "a", state="received"))

    plan = empty.load(small(tmp_path / "b"))

    assert (plan.tips_changed, plan.assertions_new, plan.assertions_closed) == (1, 0, 0)
    assert one(empty, "Zed", Role.DETECTIVE)


def test_a_tip_that_says_less_closes_what_it_no_longer_says(empty: Graph, tmp_path: Path) -> None:
    empty.load(small(tmp_path / "a"))
    (tmp_path / "a" / "uses.csv").unlink()
    (tmp_path / "a" / "vehicles.csv").unlink()

    plan = empty.load(tmp_path / "a")

    assert (plan.tips_changed, plan.assertions_closed, plan.mentions_closed) == (1, 1, 1)  # the use; the car
    assert store.search(empty.desk(), "QIO") == ((), 0)
    person = one(empty, "Zed")
    assert [r.type for r in store.profile(empty.desk(), person).assertions] == ["ASSOCIATES_WITH"]


def test_a_retracted_tip_is_gone_and_stays_gone(empty: Graph, tmp_path: Path) -> None:
    empty.load(small(tmp_path / "a"))
    person = one(empty, "Zed")

    mentioned = store.retract(empty.desk(), "T1", "l'informateur s'est trompé")
    again = empty.load(small(tmp_path / "a"))

    assert (mentioned, again.tips_retracted, again.tips_new) == (3, 1, 0)
    assert store.search(empty.desk(), "Zed") == ((), 0)
    with pytest.raises(NotFound):
        store.profile(empty.desk(), person)
    before = store.profile(empty.desk(), person, known_on="2026-06-01")
    assert before.entity.caption == "« Zed »"


def test_a_retraction_leaves_what_other_tips_say(empty: Graph, tmp_path: Path) -> None:
    empty.load(small(tmp_path / "a"))
    empty.load(small(tmp_path / "b", tip="T2", alias="Zedou"))

    store.retract(empty.desk(), "T1", "doublon de T2")

    found = store.profile(empty.desk(), one(empty, "Zedou"))
    assert found.entity.facts["aliases"] == ("Zedou",)
    assert [t.reference for t in found.tips] == ["T2"]


def test_one_refused_row_holds_its_whole_tip_and_no_other(empty: Graph, tmp_path: Path) -> None:
    folder = tables(
        tmp_path / "a",
        tips=TIPS + "T1,2026-05-03,CJM,B,2,o-1,triaged,\nT2,2026-05-03,CJM,B,2,o-2,triaged,\n",
        persons="tip,ref,name\nT1,p1,Ève Ouaz\nT2,p1,Ève Ouaz\nT2,p2,Guy Quo\n",
        associates_with="tip,from,to,since\nT1,p1,p2,2026-04-31\nT2,p1,p2,2026-04-30\n",
    )

    plan = empty.load(folder)

    assert (plan.tips_new, plan.tips_held, plan.rows_refused) == (1, 1, 1)
    assert empty.ask("MATCH (t:Tip) RETURN t.reference AS ref") == [{"ref": "T2"}]


def test_refused_rows_come_back_with_place_reason_and_remedy(empty: Graph, tmp_path: Path) -> None:
    folder = tables(
        tmp_path / "a",
        tips=TIPS + "T1,hier,CJM,B,2,o-1,triaged,\n",
        persons="tip,ref,name\nT1,p1,=cmd()\n",
    )
    with empty.job(folder) as job:
        job.plan()
        job.write_refused(tmp_path / "refused.csv")

    with (tmp_path / "refused.csv").open(encoding="utf-8-sig") as file:
        (row,) = csv.DictReader(file)

    assert (row["file"], row["line"], row["column"], row["value"]) == ("tips.csv", "2", "receivedOn", "hier")
    assert row["reason"] == "this is not a date"
    assert row["remedy"].startswith("write it as 2026-05-03")


def test_fictional_data_is_refused_beside_data_that_is_not(empty: Graph, tmp_path: Path) -> None:
    empty.load(small(tmp_path / "a"))
    fictional = small(tmp_path / "b", tip="T2")
    (fictional / "demo.toml").write_text("today = 2026-11-02\nfictional = true\n", encoding="utf-8")

    with pytest.raises(InputError, match="not fictional"):
        empty.load(fictional)

    assert empty.ask("MATCH (t:Tip) RETURN t.reference AS ref") == [{"ref": "T1"}]


def test_the_counts_told_are_the_counts_made(empty: Graph) -> None:
    plan = empty.load(SAMPLE)

    entities = empty.ask("MATCH (e:Entity) WHERE NOT e:Tip AND NOT e:RawText RETURN count(e) AS n")
    rows = {
        str(r["type"]): int(str(r["n"]))
        for r in empty.ask("MATCH ()-[r]->() WHERE r.tip IS NOT NULL RETURN type(r) AS type, count(r) AS n")
    }
    mentions, contradictions = rows.pop("MENTIONS"), rows.pop("CONTRADICTS")
    assert entities == [{"n": plan.entities_new}]
    assert (plan.assertions_new, plan.mentions_new, plan.contradictions_new) == (
        sum(rows.values()),
        mentions,
        contradictions,
    )
