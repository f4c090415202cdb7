"""What must hold after every change: clusters follow the judgements, search keys follow the live mentions."""

from collections.abc import Collection, Iterable

from mobilis_graph import keys
from mobilis_graph.db import Db, Work
from mobilis_graph.queries import query
from mobilis_graph.schema import NODE

KeyEntry = tuple[str, str, str, str]  # entity, word, field, guard


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


def key_changes(db: Db, ids: Collection[str], without: Collection[str], gained: Iterable[KeyEntry] = ()) -> Work:
    """The statements that make search keys follow a change of the tips in `without`, for the same transaction.

    `ids` are all entities those tips mentioned or mention, and the tips; `gained` is what they give now.
    """
    wanted = dict.fromkeys(gained)
    for row in db.read("load/live_keys", ids=list(ids), without=list(without)):
        for field, word in keys.search_keys(NODE[row["label"]], row["said"]):
            wanted[(row["id"], word, field, row["guard"])] = None
    rows = [{"id": i, "key": k, "field": f, "guard": g} for i, k, f, g in wanted]
    return [
        (query("load/drop_keys").text, {"ids": list(ids), "keep": [list(entry) for entry in wanted]}),
        (query("load/merge_keys").text, {"rows": rows}),
    ]
