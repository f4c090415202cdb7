"""
THE model: node types, relationship types, properties, words, guards, colours.

Nothing else in the package spells a label. Adding a type is one edit here: constraints, import
statements, accepted columns, legend, access guard and `docs/model.md` follow. The declaration
refuses itself at import, with all its problems at once.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

Guard = Literal["open", "youth", "restricted", "raw"]
Kind = Literal["text", "list", "choice", "integer", "number", "date", "datetime"]

GUARDS: tuple[Guard, ...] = ("open", "youth", "restricted", "raw")  # from mildest to strictest


class Text(NamedTuple):
    """Words on the screen, in both languages; a missing one is a missing argument."""

    fr: str
    en: str


class Choice(NamedTuple):
    """One accepted value of a property; a table may say the value or either wording."""

    value: str
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Prop:
    """One property, as the database, the tables and the screens know it."""

    name: str
    label: Text
    kind: Kind = "text"
    required: bool = False
    choices: tuple[Choice, ...] = ()
    search: bool = False  # its words become search keys


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeType:
    """A kind of entity. Every node also carries :Entity, `key`, `id`, `guard` and `canon`.

    `natural` names the properties that make two records the same thing, all of `needs` being
    known; without them the key is the source and the `ref` of the load.
    """

    name: str
    table: str
    label: Text
    plural: Text
    guard: Guard
    icon: str
    shape: str
    colour: str
    props: tuple[Prop, ...]
    natural: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    caption: tuple[str, ...] = ()  # the first one filled in is shown on the graph


@dataclass(frozen=True, slots=True, kw_only=True)
class RelType:
    """A kind of assertion: allowed pairs of ends, and how it is told."""

    name: str
    label: Text
    ends: tuple[tuple[str, str], ...]
    kinds: tuple[str, str] = ("", "")  # the `kind` that each end must be of, where it matters
    directed: bool = True
    moment: bool = False  # a fact of a moment: `until` is `since` unless said otherwise
    alleged: bool = False  # always told as *aurait…*
    neutral: bool = False  # explains a person away; never a tie between persons
    guard: Guard = "open"
    props: tuple[Prop, ...] = ()

    @property
    def table(self) -> str:
        """The name of its table, without the suffix."""
        return self.name.lower()


def _choices(*entries: tuple[str, str, str]) -> tuple[Choice, ...]:
    return tuple(Choice(value, Text(fr, en)) for value, fr, en in entries)


GRADES_SOURCE = _choices(
    ("A", "A – tout à fait fiable", "A – completely reliable"),
    ("B", "B – habituellement fiable", "B – usually reliable"),
    ("C", "C – assez fiable", "C – fairly reliable"),
    ("D", "D – habituellement pas fiable", "D – not usually reliable"),
    ("E", "E – non fiable", "E – unreliable"),
    ("F", "F – fiabilité inconnue", "F – reliability unknown"),
)
GRADES_CONTENT = _choices(
    ("1", "1 – corroboré par d'autres sources indépendantes", "1 – corroborated by other independent sources"),
    ("2", "2 – probablement vrai", "2 – probably true"),
    ("3", "3 – possiblement vrai", "3 – possibly true"),
    ("4", "4 – douteux", "4 – doubtful"),
    ("5", "5 – improbable", "5 – improbable"),
    ("6", "6 – véracité inconnue", "6 – truth unknown"),
)
BASES = _choices(
    ("lived", "vécu", "lived"),
    ("seen", "vu", "seen"),
    ("heard", "entendu", "heard"),
    ("deduced", "déduit", "deduced"),
)
POLARITIES = _choices(("asserts", "affirme", "asserts"), ("denies", "nie", "denies"))
PRECISIONS = _choices(
    ("day", "jour", "day"),
    ("month", "mois", "month"),
    ("year", "année", "year"),
    ("about", "environ", "about"),
)
PLACE_CLASSES = _choices(
    ("major_public", "lieu public majeur", "major public place"),
    ("institution", "institution", "institution"),
    ("protected", "lieu protégé", "protected place"),
    ("semi_public", "lieu semi-public", "semi-public place"),
    ("lodging", "hébergement", "lodging"),
    ("private", "logement privé", "private dwelling"),
    ("building", "immeuble sans numéro d'unité", "building without unit"),
    ("vehicle", "véhicule comme lieu", "vehicle as place"),
    ("online", "en ligne", "online"),
)
LINKS_NOBODY = frozenset({"major_public", "institution", "protected"})  # weight 0 between persons
PLACES_NO_YOUNG = frozenset({"institution", "protected"})  # a young person placed there could be worked out
ADULT = 18  # years; below, a person is a young person to protect
CONSENTS = _choices(
    ("accepts", "accepte", "accepts"),
    ("refuses", "refuse", "refuses"),
    ("not_asked", "pas encore demandé", "not asked yet"),
)
STATES = _choices(
    ("received", "reçue", "received"),
    ("triaged", "triée", "triaged"),
    ("used", "utilisée", "used"),
    ("not_retained", "non retenue", "not retained"),
    ("closed", "close", "closed"),
)
HANDLINGS = _choices(*((v, v, v) for v in ("TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR")))

# What every assertion, and every mention, carries besides its own properties.
ASSERTION_PROPS = (
    Prop(name="since", label=Text("depuis", "since"), kind="date"),
    Prop(name="until", label=Text("jusqu'à", "until"), kind="date"),
    Prop(name="precision", label=Text("précision", "precision"), kind="choice", choices=PRECISIONS),
    Prop(name="basis", label=Text("fondement", "basis"), kind="choice", choices=BASES),
    Prop(name="polarity", label=Text("polarité", "polarity"), kind="choice", choices=POLARITIES),
    Prop(name="sourceGrade", label=Text("source", "source"), kind="choice", choices=GRADES_SOURCE),
    Prop(name="contentGrade", label=Text("contenu", "content"), kind="choice", choices=GRADES_CONTENT),
    Prop(name="times", label=Text("fois", "times"), kind="integer"),
    Prop(name="note", label=Text("note", "note")),
)

_NAME = Prop(name="name", label=Text("nom", "name"), search=True)
_ALIASES = Prop(name="aliases", label=Text("surnoms", "aliases"), kind="list", search=True)

NODES = (
    NodeType(
        name="Person",
        table="persons",
        label=Text("Personne", "Person"),
        plural=Text("Personnes", "Persons"),
        guard="open",
        icon="user-round",
        shape="circle",
        colour="#2780FF",
        caption=("aliases", "name"),
        props=(
            _NAME,
            _ALIASES,
            Prop(name="birthYear", label=Text("année de naissance", "birth year"), kind="integer"),
            Prop(name="ageMin", label=Text("âge minimal", "minimum age"), kind="integer"),
            Prop(name="ageMax", label=Text("âge maximal", "maximum age"), kind="integer"),
            Prop(name="description", label=Text("description", "description")),
            Prop(
                name="alleges",
                label=Text("allégué envers des jeunes non nommées", "alleged towards unnamed young people"),
                kind="list",
            ),
        ),
    ),
    NodeType(
        name="YoungPerson",
        table="young_persons",
        label=Text("Jeune à protéger", "Young person to protect"),
        plural=Text("Jeunes à protéger", "Young people to protect"),
        guard="youth",
        icon="shield",
        shape="shield",
        colour="#874F86",
        natural=("token",),
        needs=("token",),
        caption=("token",),
        props=(
            Prop(name="token", label=Text("jeton", "token"), required=True),
            Prop(
                name="ageBand",
                label=Text("tranche d'âge", "age band"),
                kind="choice",
                choices=_choices(
                    ("12-13", "12–13 ans", "12–13"), ("14-15", "14–15 ans", "14–15"), ("16-17", "16–17 ans", "16–17")
                ),
            ),
            Prop(name="consent", label=Text("consentement", "consent"), kind="choice", choices=CONSENTS, required=True),
            Prop(name="consentScope", label=Text("portée du consentement", "scope of consent")),
            Prop(name="consentOn", label=Text("consentement donné le", "consent given on"), kind="date"),
        ),
    ),
    NodeType(
        name="Gang",
        table="gangs",
        label=Text("Gang", "Gang"),
        plural=Text("Gangs", "Gangs"),
        guard="open",
        icon="users-round",
        shape="hexagon",
        colour="#20242C",
        natural=("name",),
        needs=("name",),
        caption=("name",),
        props=(_NAME, _ALIASES),
    ),
    NodeType(
        name="Vehicle",
        table="vehicles",
        label=Text("Véhicule", "Vehicle"),
        plural=Text("Véhicules", "Vehicles"),
        guard="open",
        icon="car",
        shape="square",
        colour="#3E745D",
        natural=("plateKey", "jurisdiction"),
        needs=("plateKey", "jurisdiction"),
        caption=("plate", "make", "colour"),
        props=(
            Prop(name="plate", label=Text("plaque", "plate"), search=True),
            Prop(name="jurisdiction", label=Text("province ou État", "jurisdiction")),
            Prop(name="make", label=Text("marque", "make"), search=True),
            Prop(name="model", label=Text("modèle", "model"), search=True),
            Prop(name="colour", label=Text("couleur", "colour"), search=True),
            Prop(name="year", label=Text("année", "year"), kind="integer"),
            Prop(name="marks", label=Text("signes distinctifs", "marks")),
            Prop(
                name="service",
                label=Text("véhicule de service", "service vehicle"),
                kind="choice",
                choices=_choices(
                    ("taxi", "taxi", "taxi"), ("fleet", "flotte", "fleet"), ("rental", "location", "rental")
                ),
            ),
        ),
    ),
    NodeType(
        name="Place",
        table="places",
        label=Text("Lieu", "Place"),
        plural=Text("Lieux", "Places"),
        guard="open",
        icon="map-pin",
        shape="diamond",
        colour="#DE7C00",
        natural=("address", "unit", "municipality"),
        needs=("address",),
        caption=("name", "address", "municipality"),
        props=(
            _NAME,
            Prop(name="address", label=Text("adresse", "address"), search=True),
            Prop(name="unit", label=Text("unité", "unit")),
            Prop(name="municipality", label=Text("municipalité", "municipality"), search=True),
            Prop(name="fsa", label=Text("région de tri postal", "postal area")),
            Prop(name="lat", label=Text("latitude", "latitude"), kind="number"),
            Prop(name="lon", label=Text("longitude", "longitude"), kind="number"),
            Prop(name="placeClass", label=Text("classe de lieu", "place class"), kind="choice", choices=PLACE_CLASSES),
        ),
    ),
    NodeType(
        name="Identifier",
        table="identifiers",
        label=Text("Identifiant", "Identifier"),
        plural=Text("Identifiants", "Identifiers"),
        guard="open",
        icon="phone",
        shape="tag",
        colour="#00808C",
        natural=("kind", "valueKey"),
        needs=("kind", "valueKey"),
        caption=("value",),
        props=(
            Prop(
                name="kind",
                label=Text("sorte", "kind"),
                kind="choice",
                required=True,
                choices=_choices(
                    ("phone", "téléphone", "phone"),
                    ("handle", "pseudo", "handle"),
                    ("account", "compte", "account"),
                    ("ad", "annonce", "ad reference"),
                ),
            ),
            Prop(name="value", label=Text("valeur", "value"), required=True, search=True),
            Prop(
                name="institutional",
                label=Text("ligne d'une institution", "institutional"),
                kind="choice",
                choices=_choices(("yes", "oui", "yes"), ("no", "non", "no")),
            ),
        ),
    ),
    NodeType(
        name="Event",
        table="events",
        label=Text("Événement", "Event"),
        plural=Text("Événements", "Events"),
        guard="open",
        icon="calendar",
        shape="ticket",
        colour="#7D6608",
        caption=("title", "kind"),
        props=(
            Prop(
                name="kind",
                label=Text("sorte d'événement", "event kind"),
                kind="choice",
                required=True,
                choices=_choices(
                    ("party", "party", "party"),
                    ("runaway", "fugue", "runaway episode"),
                    ("introduction", "mise en contact", "introduction"),
                    ("pick_up", "ramassage", "pick-up"),
                    ("trip", "déplacement", "trip"),
                    ("stay", "séjour", "stay"),
                    ("sighting", "observation", "sighting"),
                    ("meeting", "rencontre", "meeting"),
                    ("incident", "incident", "incident"),
                    ("arrest", "arrestation", "arrest"),
                    ("custody", "détention", "custody"),
                    ("court_step", "étape judiciaire", "court step"),
                ),
            ),
            Prop(name="startedAt", label=Text("début", "started"), kind="datetime"),
            Prop(name="endedAt", label=Text("fin", "ended"), kind="datetime"),
            Prop(name="title", label=Text("titre", "title"), search=True),
        ),
    ),
    NodeType(
        name="Tip",
        table="tips",
        label=Text("Information reçue", "Tip"),
        plural=Text("Informations reçues", "Tips"),
        guard="open",
        icon="message-square-text",
        shape="bubble",
        colour="#BA2700",
        natural=("reference",),
        needs=("reference",),
        caption=("reference",),
        props=(
            Prop(name="reference", label=Text("référence", "reference"), required=True, search=True),
            Prop(name="receivedOn", label=Text("reçue le", "received on"), kind="date", required=True),
            Prop(name="heardOn", label=Text("entendue le", "heard on"), kind="date"),
            Prop(name="organisation", label=Text("organisation", "organisation"), required=True),
            Prop(
                name="channel",
                label=Text("voie", "channel"),
                kind="choice",
                choices=_choices(
                    ("youth_worker", "intervenante", "youth worker"),
                    ("detective", "enquêteur", "detective"),
                    ("intelligence", "renseignement", "intelligence"),
                    ("patrol", "patrouille", "patrol"),
                    ("partner", "partenaire", "partner"),
                    ("anonymous", "anonyme", "anonymous"),
                    ("file", "dossier", "file"),
                ),
            ),
            Prop(
                name="sourceGrade",
                label=Text("fiabilité de la source", "source reliability"),
                kind="choice",
                choices=GRADES_SOURCE,
                required=True,
            ),
            Prop(
                name="contentGrade",
                label=Text("crédibilité de l'information", "information credibility"),
                kind="choice",
                choices=GRADES_CONTENT,
                required=True,
            ),
            Prop(name="origin", label=Text("origine", "origin"), required=True),
            Prop(name="handling", label=Text("diffusion", "handling"), kind="choice", choices=HANDLINGS),
            Prop(
                name="disclosure",
                label=Text("dévoilement", "disclosure"),
                kind="choice",
                choices=_choices(
                    ("own_words", "ses propres mots", "her own words"),
                    ("present_danger", "danger actuel", "present danger"),
                ),
            ),
            Prop(name="text", label=Text("texte assaini", "sanitised text")),
            Prop(name="reviewOn", label=Text("à réviser le", "review on"), kind="date"),
            Prop(name="state", label=Text("état", "state"), kind="choice", choices=STATES, required=True),
        ),
    ),
    NodeType(
        name="RawText",
        table="raw_texts",
        label=Text("Texte brut", "Raw text"),
        plural=Text("Textes bruts", "Raw texts"),
        guard="raw",
        icon="file-lock",
        shape="bubble",
        colour="#6B4F4F",
        props=(Prop(name="text", label=Text("texte brut", "raw text"), required=True),),
    ),
)

_OBJECT = Prop(name="object", label=Text("objet", "object"))


def _pairs(starts: str, ends: str) -> tuple[tuple[str, str], ...]:
    return tuple((a, b) for a in starts.split() for b in ends.split())


RELS = (
    RelType(
        name="ASSOCIATES_WITH",
        label=Text("fréquente", "associates with"),
        ends=_pairs("Person", "Person"),
        directed=False,
    ),
    RelType(
        name="RELATED_TO",
        label=Text("est de la famille de", "is related to"),
        ends=_pairs("Person", "Person"),
        directed=False,
        props=(
            Prop(
                name="kind",
                label=Text("lien de parenté", "kinship"),
                kind="choice",
                choices=_choices(
                    ("parent", "parent", "parent"),
                    ("sibling", "frère ou sœur", "sibling"),
                    ("cousin", "cousin ou cousine", "cousin"),
                    ("grandparent", "grand-parent", "grandparent"),
                    ("uncle_aunt", "oncle ou tante", "uncle or aunt"),
                    ("spouse", "conjoint", "spouse"),
                    ("other", "autre", "other"),
                ),
            ),
        ),
    ),
    RelType(
        name="MEMBER_OF", label=Text("serait membre de", "is reportedly a member of"), ends=_pairs("Person", "Gang")
    ),
    RelType(name="USES", label=Text("utilise", "uses"), ends=_pairs("Person", "Vehicle Identifier")),
    RelType(name="OWNS", label=Text("possède", "owns"), ends=_pairs("Person", "Vehicle Identifier")),
    RelType(name="LIVES_AT", label=Text("habite", "lives at"), ends=_pairs("Person", "Place")),
    RelType(
        name="IN_RELATIONSHIP_WITH",
        label=Text("est en relation avec", "is in a relationship with"),
        ends=_pairs("Person", "Person YoungPerson"),
        directed=False,
    ),
    RelType(
        name="PRESENT_AT",
        label=Text("présent à", "present at"),
        ends=_pairs("Person Vehicle YoungPerson", "Event Place"),
        moment=True,
        props=(
            Prop(
                name="part",
                label=Text("rôle", "part"),
                kind="choice",
                choices=_choices(
                    ("host", "hôte", "host"),
                    ("guest", "invité", "guest"),
                    ("driver", "au volant", "driver"),
                    ("passenger", "passager", "passenger"),
                    ("missing", "en fugue", "missing"),
                    ("introducer", "a présenté", "introducer"),
                    ("introduced", "a été présentée", "introduced"),
                    ("met", "a été rencontré", "met"),
                    ("staff", "personnel", "staff"),
                    ("victim", "victime", "victim"),
                    ("suspect_in_file", "mis en cause au dossier", "named in the file"),
                    ("witness", "témoin", "witness"),
                ),
            ),
        ),
    ),
    RelType(name="TOOK_PLACE_AT", label=Text("a eu lieu à", "took place at"), ends=_pairs("Event", "Place")),
    RelType(name="SEEN_AT", label=Text("vu à", "seen at"), ends=_pairs("Person Vehicle", "Place"), moment=True),
    RelType(
        name="RECRUITS",
        label=Text("aurait recruté", "is alleged to have recruited"),
        ends=_pairs("Person", "YoungPerson Person"),
        alleged=True,
    ),
    RelType(
        name="GAVE",
        label=Text("aurait donné à", "is alleged to have given to"),
        ends=_pairs("Person", "YoungPerson Person"),
        alleged=True,
        moment=True,
        props=(_OBJECT,),
    ),
    RelType(
        name="SUPPLIED",
        label=Text("aurait fourni à", "is alleged to have supplied"),
        ends=_pairs("Person", "YoungPerson Person"),
        alleged=True,
        props=(_OBJECT,),
    ),
    RelType(
        name="HOUSED",
        label=Text("aurait hébergé", "is alleged to have housed"),
        ends=_pairs("Person", "YoungPerson Person"),
        alleged=True,
        props=(_OBJECT,),
    ),
    RelType(
        name="TRANSPORTED",
        label=Text("aurait transporté", "is alleged to have transported"),
        ends=_pairs("Person", "YoungPerson Person"),
        alleged=True,
        moment=True,
        props=(_OBJECT,),
    ),
    RelType(
        name="OWES",
        label=Text("devrait de l'argent à", "is alleged to owe money to"),
        ends=_pairs("YoungPerson Person", "Person"),
        alleged=True,
        props=(_OBJECT,),
    ),
    RelType(
        name="CONTACTED",
        label=Text("a communiqué avec", "contacted"),
        ends=_pairs("Person YoungPerson Identifier", "Person YoungPerson Identifier"),
        moment=True,
    ),
    RelType(
        name="BOOKED",
        label=Text("aurait réservé", "is alleged to have booked"),
        ends=_pairs("Person", "Event"),
        kinds=("", "stay"),
        alleged=True,
    ),
    RelType(name="FOUND_AT", label=Text("retrouvée à", "found at"), ends=_pairs("YoungPerson", "Place"), moment=True),
    RelType(name="ARRESTED_IN", label=Text("arrêté lors de", "arrested in"), ends=_pairs("Person", "Event")),
    RelType(
        name="ADVERTISES",
        label=Text("affiche", "advertises"),
        ends=_pairs("Identifier", "Identifier"),
        kinds=("ad", "phone"),
        guard="restricted",
    ),
    RelType(
        name="NEUTRAL_TO",
        label=Text("rôle neutre envers", "neutral towards"),
        ends=_pairs("Person", "YoungPerson Place"),
        neutral=True,
        props=(
            Prop(
                name="role",
                label=Text("rôle neutre", "neutral role"),
                kind="choice",
                required=True,
                choices=_choices(
                    ("family", "famille", "family"),
                    ("youth_worker", "intervenante", "youth worker"),
                    ("teacher", "enseignant", "teacher"),
                    ("coach", "entraîneur", "coach"),
                    ("foster_family", "famille d'accueil", "foster family"),
                    ("health", "santé", "health"),
                    ("driver_for_hire", "chauffeur de métier", "driver for hire"),
                    ("landlord", "propriétaire", "landlord"),
                    ("staff", "personnel", "staff"),
                ),
            ),
        ),
    ),
)

# Links between records, not assertions about the network.
MENTIONS = "MENTIONS"
CONTRADICTS = "CONTRADICTS"
SAME_AS = "SAME_AS"
HAS_KEY = "HAS_KEY"

NODE = {n.name: n for n in NODES}
REL = {r.name: r for r in RELS}
BY_TABLE: dict[str, NodeType | RelType] = {t.table: t for t in (*NODES, *RELS)}


@cache
def strictest(*guards: Guard) -> Guard:
    """Return the strictest of some guards: what an assertion takes from its tip and its ends."""
    return max(guards, key=GUARDS.index)


def _problems() -> Iterator[str]:
    """Everything that is wrong with the declaration, at once."""
    kinds: dict[str, str] = {}
    tables = [t.table for t in (*NODES, *RELS)]
    for table in {t for t in tables if tables.count(t) > 1}:
        yield f"table {table} is declared twice"
    for owner in (*NODES, *RELS):
        names = [p.name for p in owner.props]
        for name in {n for n in names if names.count(n) > 1}:
            yield f"{owner.name}.{name} is declared twice"
        for prop in owner.props:
            if not re.fullmatch(r"[a-z][A-Za-z0-9]*", prop.name):
                yield f"{owner.name}.{prop.name} is not camelCase"
            if prop.kind == "choice" and not prop.choices:
                yield f"{owner.name}.{prop.name} is a choice of nothing"
            if prop.name != "kind" and kinds.setdefault(prop.name, prop.kind) != prop.kind:
                yield f"{prop.name} is {kinds[prop.name]} in one place and {prop.kind} in another"
        if isinstance(owner, NodeType):
            for used in {*owner.needs, *owner.caption} - {*names, "plateKey", "valueKey"}:
                yield f"{owner.name} uses {used}, which it does not declare"
        else:
            for end in {e for pair in owner.ends for e in pair} - set(NODE):
                yield f"{owner.name} has an end {end}, which is not declared"
            for kind, ends in zip(owner.kinds, zip(*owner.ends, strict=True), strict=True):
                for end in set(ends) if kind else ():
                    if kind not in {c.value for p in NODE[end].props if p.name == "kind" for c in p.choices}:
                        yield f"{owner.name} wants a {end} of kind {kind}, which is not declared"


if _found := list(_problems()):
    raise ValueError("the model is wrong: " + "; ".join(_found))
