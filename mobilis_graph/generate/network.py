"""Makes the tips of a world one after the other, oldest first, and writes each before the next one."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import accumulate
from pathlib import Path
from random import Random

from mobilis_graph.errors import InputError
from mobilis_graph.generate import pools, scenes, world
from mobilis_graph.generate.records import Records
from mobilis_graph.generate.story import Story
from mobilis_graph.generate.tables import EXTRA, Tables
from mobilis_graph.schema import NODES, RELS


def generate(folder: Path, *, entities: int, seed: int = 1, today: str = "2026-11-02") -> dict[str, int]:
    """Write a fictional network of exactly so many entities (tips and raw texts apart); return its counts.

    Tables already in the folder are overwritten. `mobilis.toml` is written last, so that a folder
    left by an interrupted generation is not taken for a whole one.
    """
    if not pools.SMALLEST <= entities <= pools.LARGEST:
        raise InputError(f"a generated network has {pools.SMALLEST} to {pools.LARGEST} entities, not {entities}")
    try:
        last = date.fromisoformat(today)
    except ValueError as exc:
        raise InputError("today must be a date such as 2026-11-02") from exc
    rng = Random(seed)
    made = world.build(entities, rng, last.year)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "mobilis.toml").unlink(missing_ok=True)
        with Tables(folder) as tables:
            records = Records(tables, rng, last.toordinal())
            for story in _stories(made, rng, f"G{entities}-{seed}", last.toordinal()):
                records.write(story)
            records.write_judgements(made.pairs)
        _describe(folder, entities, seed, last)
    except OSError as exc:
        raise InputError(f"cannot write the network in {folder}: {exc.strerror}") from exc
    return _counts(tables, made)


def _stories(made: world.World, rng: Random, prefix: str, last: int) -> Iterator[Story]:
    """Yield the tips in order, keeping the assertions in step with their number."""
    schedule = _schedule(made, rng)
    states, beginnings = pools.Deck(pools.STATES, rng), pools.Deck(pools.BEGINNINGS, rng)
    entities = made.entities
    told = 0
    for number, home in enumerate(schedule):
        behind = pools.ASSERTIONS_PER_ENTITY * entities * (number + 1) // len(schedule) - told
        size = max(1, rng.choice(pools.TIP_SIZES) + (behind - 8) // 10)
        received = last - pools.DAYS + pools.DAYS * (number + 1) // len(schedule)
        story = Story(
            world=made,
            home=home,
            rng=rng,
            reference=f"{prefix}-{number + 1:06}",
            received=received,
            heard=received - int(10 * rng.random() * rng.random()),
            channel=pools.CHANNELS.draw(rng),
            size=size,
            origin=f"{rng.getrandbits(48):012x}",
            state=states.deal(),
        )
        _compose(story, beginnings.deal())
        told += len(story.tellings)
        yield story


def _schedule(made: world.World, rng: Random) -> list[world.Community]:
    """Return the community of each tip: larger and busier ones come more often."""
    tips = made.entities * pools.TIPS_PER_ENTITY[0] // pools.TIPS_PER_ENTITY[1]
    weights = (len(c.own["persons"]) * rng.choice(pools.ACTIVITY) for c in made.communities)
    sums = list(accumulate(weights, initial=0))
    schedule: list[world.Community] = []
    for community, end in zip(made.communities, sums[1:], strict=True):
        community.tips_left = tips * end // sums[-1] - len(schedule)
        schedule += [community] * community.tips_left
    rng.shuffle(schedule)
    return schedule


def _compose(story: Story, beginning: str) -> None:
    """Fill a tip: an echo or a denial, what it introduces, then what is known of its community."""
    home, rng = story.home, story.rng
    fresh = _introduced(home)
    story.cast = _cast(story, fresh)
    if any(known.table == "young_persons" for known in fresh) and story.chance(0.85):
        story.channel = "youth_worker" if story.chance(0.85) else "partner"
    if home.earlier and beginning == "echo":
        earlier = rng.choice(home.earlier)
        story.origin, story.echo = earlier.origin, True
        scenes.repeat(story, earlier)
    elif home.earlier and beginning == "denial":
        scenes.contradict(story)
    for known in fresh:
        if known.table != "persons" or not story.chance(pools.ONLY_MENTIONED):
            scenes.SCENES[known.table](story, known)
        story.mention(known)
    for _ in range(0 if story.echo else 3 * story.size):
        if story.full:
            break
        scenes.again(story, pools.FILLERS.draw(rng))
    for _ in range(rng.choice(pools.BYSTANDERS)):
        story.mention(story.person())
    story.remember()


def _introduced(home: world.Community) -> list[world.Known]:
    """Take what this tip is the first to mention, so that the last tip of the community leaves nothing."""
    count = -(-len(home.fresh) // home.tips_left)
    home.tips_left -= 1
    taken = [home.fresh.pop() for _ in range(count)]
    return [known for known in taken if not known.told]


def _cast(story: Story, fresh: list[world.Known]) -> list[world.Known]:
    """Return the group the tip is mostly about: that of a new person, or one that is often spoken of."""
    for known in fresh:
        if known.table == "persons":
            return story.group(known).persons
    home = story.home
    return story.rng.choices(home.groups, cum_weights=home.pull)[0].persons


def _describe(folder: Path, entities: int, seed: int, last: date) -> None:
    demo = (
        f"today = {last.isoformat()}\n"
        f'title_fr = "Réseau fictif engendré · {entities} entités"\n'
        f'title_en = "Generated fictional network · {entities} entities"\n'
        "fictional = true\n"
    )
    (folder / "demo.toml").write_text(demo, encoding="utf-8", newline="\n")
    (folder / "mobilis.toml").write_text(f'source = "generated-{entities}-{seed}"\n', encoding="utf-8", newline="\n")


def _counts(tables: Tables, made: world.World) -> dict[str, int]:
    """Return what was written: entities by type, rows by everything else. Raw texts are no mentions."""
    written = tables.counts
    told = Counter(known.table for known in made.everything() if known.told)
    types = [node for node in NODES if node.table in told]
    return {
        "tips": written["tips"],
        "entities": sum(told.values()),
        "assertions": sum(written[rel.table] for rel in RELS),
        "mentions": sum(written[node.table] for node in types),
        **{node.name: told[node.table] for node in types},
        "RawText": written["raw_texts"],
        **{rel.name: written[rel.table] for rel in RELS},
        **{table: written[table] for table in EXTRA},
    }
