"""What must hold after every change: clusters follow the judgements, search keys follow the live mentions."""

from mobilis_graph import keys
from mobilis_graph.db import Db
from mobilis_graph.schema import NODE


def cluster(db: Db) -> None:
    """Give each entity the `canon` of its cluster: the smallest id among those judged the same.

    Only open entities that a live open tip mentions are joined, so that a hidden third never joins
    two visible ones; taking a judgement or a tip back undoes it.
    """
    leader: dict[str, str] = {}

    def find(one: str) -> str:
        while leader.setdefault(one, one) != one:
            one = leader[one]
        return one

    for row in db.read("load/same"):
        low, high = sorted((find(row["a"]), find(row["b"])))
        leader[high] = low
    wrong = [
        {"id": row["id"], "canon": find(row["id"])} for row in db.read("load/joined") if row["canon"] != find(row["id"])
    ]
    if wrong:
        db.write("load/set_canon", rows=wrong)


def refresh_keys(db: Db, ids: list[str]) -> None:
    """Make the search keys of some entities anew from what live mentions say."""
    wanted: dict[tuple[str, str, str, str], None] = {}
    for row in db.read("load/live_keys", ids=ids):
        for field, word in keys.search_keys(NODE[row["label"]], row["said"]):
            wanted[(row["id"], word, field, row["guard"])] = None
    tips = db.read("load/live_tips", ids=ids)
    for row in tips:
        for field, word in keys.search_keys(NODE["Tip"], {"reference": row["reference"]}):
            wanted[(row["id"], word, field, row["guard"])] = None
    db.write("load/drop_keys", ids=ids, keep=[list(entry) for entry in wanted])
    rows = [{"id": i, "key": k, "field": f, "guard": g} for i, k, f, g in wanted]
    if rows:
        db.write("load/merge_keys", rows=rows)
