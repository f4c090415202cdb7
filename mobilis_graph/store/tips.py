"""Tips: find one by its reference, take one back."""

from mobilis_graph.desk import Desk
from mobilis_graph.errors import Conflict, InputError, NotFound
from mobilis_graph.store.state import meta
from mobilis_graph.store.upkeep import cluster, key_changes
from mobilis_graph.store.walk import ALWAYS

SHORTEST_REASON = 5  # characters; "ok" is no reason


def tip_id(desk: Desk, reference: str) -> str:
    """Return the id of a visible, live tip; raise NotFound otherwise."""
    rows = desk.look("tip", desk.keyring.sign("reference", reference)).read("tip/by_reference", reference=reference)
    if not rows:
        raise NotFound(f"no tip {reference!r}")
    return str(rows[0]["id"])


def retract(desk: Desk, reference: str, reason: str) -> int:
    """Take a tip back with a reason; return how many entities it mentioned, as far as the viewer sees them.

    It and all it says are closed on today's date. Nothing is deleted: what the network looked like
    before stays answerable. What no other live tip mentions is gone from every view.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        raise InputError(f"a reason of at least {SHORTEST_REASON} characters is needed; it stays with the tip")
    tip = tip_id(desk, reference)
    seen = desk.look("tip", tip).read("tip/tips", ids=[tip], knownOn=ALWAYS)
    ids = [row["id"] for row in desk.db.read("load/mentioned", tip=tip)]
    day = meta(desk).today
    told = {"day": day, "reason": reason.strip(), "by": desk.viewer.user}
    if not desk.change("retract", tip, "load/retract", also=key_changes(desk.db, ids, [tip]), tip=tip, **told):
        raise Conflict(f"tip {reference!r} was taken back meanwhile")
    cluster(desk.db)
    desk.db.write("load/set_state", props={})
    return int(seen[0]["mentions"]) if seen else 0
