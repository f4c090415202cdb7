"""Cypher and SQL written by the model: constraints, the embedded bootstrap, the import statements.

The only place where a statement is put together from names; the names come from `schema.py`,
values always travel as $rows.
"""

from collections.abc import Iterator

from mobilis_graph import schema

_UNIQUE = (("Entity", "id"), ("Entity", "key"), ("SearchKey", "key"), ("Meta", "key"), ("Status", "id"))
_INDEXED = (("Entity", "canon"), ("Entity", "judged"), ("Tip", "reference"))
BOOKKEEPING = ("SearchKey", "Meta", "Status")
ASSERTIONS = (*schema.REL, schema.MENTIONS, schema.CONTRADICTS)
FULL_TEXT = "tipWords"  # over the folded words of sanitised tip texts


def shared() -> Iterator[str]:
    """Constraints and indexes that both engines take as written.

    Uniqueness only: existence and key constraints need Neo4j's Enterprise edition.
    """
    for label, prop in _UNIQUE:
        yield (f"CREATE CONSTRAINT {label.lower()}_{prop} IF NOT EXISTS FOR (n:{label}) REQUIRE n.{prop} IS UNIQUE")
    for label, prop in _INDEXED:
        yield f"CREATE INDEX {label.lower()}_{prop.lower()} IF NOT EXISTS FOR (n:{label}) ON (n.{prop})"


def neo4j_only() -> Iterator[str]:
    """The full-text index, as Neo4j writes it, and the look-up of its MERGE by each node type.

    The embedded engine finds a type's node by the index of its parent; Neo4j needs one a label.
    """
    for node in schema.NODES:
        yield (f"CREATE CONSTRAINT {node.name.lower()}_key IF NOT EXISTS FOR (n:{node.name}) REQUIRE n.key IS UNIQUE")
    yield f"CREATE FULLTEXT INDEX {FULL_TEXT} IF NOT EXISTS FOR (n:Tip) ON EACH [n.words]"


def embedded_sql() -> Iterator[str]:
    """The once-only bootstrap of the embedded engine, in its own SQL.

    Labels are types with inheritance there: without the hierarchy a MERGE on two labels scans.
    """
    yield "CREATE VERTEX TYPE Entity IF NOT EXISTS"
    for node in schema.NODES:
        yield f"CREATE VERTEX TYPE {node.name} IF NOT EXISTS EXTENDS Entity"
    for name in BOOKKEEPING:
        yield f"CREATE VERTEX TYPE {name} IF NOT EXISTS"
    special = (schema.MENTIONS, schema.CONTRADICTS, schema.SAME_AS, schema.HAS_KEY, "HAS_STATUS")
    for name in (*schema.REL, *special):
        yield f"CREATE EDGE TYPE {name} IF NOT EXISTS"
    yield "CREATE PROPERTY Tip.words IF NOT EXISTS STRING"
    yield f"CREATE INDEX {FULL_TEXT} IF NOT EXISTS ON Tip (words) FULL_TEXT"


def merge_nodes(label: str) -> str:
    """Import of one node type: nothing but identity, for what is said of it stands on MENTIONS."""
    return (
        "UNWIND $rows AS row\n"
        f"MERGE (n:{schema.NODE[label].name} {{key: row.key}})\n"
        f"  ON CREATE SET n:Entity, n.id = row.id, n.canon = row.id, n.guard = '{schema.NODE[label].guard}'"
    )


def close_assertions(rel: str) -> str:
    """Close what a tip no longer says; found from its ends, never by its id alone."""
    return _live(rel) + "SET r.retractedAt = $day"


def guard_assertions(rel: str) -> str:
    """Show what a tip still says to those who may see the tip now."""
    return _live(rel) + "SET r.guard = row.guard"


def _live(rel: str) -> str:
    return (
        "UNWIND $rows AS row\n"
        f"MATCH (a:Entity {{id: row.a}})-[r:{_assertion(rel)}]->(b:Entity {{id: row.b}})\n"
        "WHERE r.id = row.id AND r.retractedAt IS NULL\n"
    )


def _assertion(rel: str) -> str:
    return rel if rel in (schema.MENTIONS, schema.CONTRADICTS) else schema.REL[rel].name


def create_assertions(rel: str) -> str:
    """Import of one relationship type, each row one assertion of a tip written in the same transaction."""
    return (
        "UNWIND $rows AS row\n"
        "MATCH (a:Entity {id: row.a})\n"
        "MATCH (b:Entity {id: row.b})\n"
        f"CREATE (a)-[r:{_assertion(rel)}]->(b)\n"
        "SET r = row.props, r.loadedAt = $loadedAt, r.loadedFrom = row.at"
    )
