"""What is loaded but is no tip's assertion: judgements of identity and statuses."""

from mobilis_graph.db import Db
from mobilis_graph.ingest.prepare import Preparer
from mobilis_graph.ingest.stage import Stage, unpack
from mobilis_graph.queries import query
from mobilis_graph.store.upkeep import cluster


def write_judgements(db: Db, stage: Stage, preparer: Preparer, today: str) -> None:
    """Write the staged judgements and statuses, then put entities into their clusters."""
    judged = []
    for a, a_label, a_natural, b, b_label, b_natural, packed in stage.judgements():
        start, end = sorted((preparer.identity(a, a_label, a_natural)[0], preparer.identity(b, b_label, b_natural)[0]))
        props = {**unpack(packed), "recordedAt": today}
        judged.append(
            {
                "a": start,
                "b": end,
                "props": props,
                "id": preparer.sign("judgement", start, end, props["author"], props["at"], props["judgement"]),
            }
        )
    if judged:
        before = {
            row["id"] for row in db.read("load/judged", rows=[{n: j[n] for n in ("a", "b", "id")} for j in judged])
        }
        later = [row for row in judged if row["id"] not in before]
        db.write_all([(query("load/judge").text, {"rows": judged}), (query("load/supersede").text, {"rows": later})])
    statuses = []
    for ref, label, natural, packed in stage.statuses():
        person = preparer.identity(ref, label, natural)[0]
        props = {**unpack(packed), "recordedAt": today}
        statuses.append(
            {
                "person": person,
                "props": props,
                "id": preparer.sign("status", person, *(props[n] for n in ("status", "at", "author", "ground"))),
            }
        )
    if statuses:
        db.write("load/status", rows=statuses)
    cluster(db)
