"""
Every word of the screens, in French and in English. The words of the model are in `schema.py`.

French of Québec: no space before ; ? !, a non-breaking one before a colon, no middle dot.
"""

from collections.abc import Mapping
from typing import Literal

from mobilis_graph import errors
from mobilis_graph.schema import Text

Lang = Literal["fr", "en"]


class APP:
    """Around every page."""

    explore = Text("Explorer", "Explore")
    language = Text("Langue", "Language")
    your_role = Text("Votre rôle\u00a0:", "Your role:")
    choose = Text("Dans quel rôle regardez-vous?", "In which role do you look?")
    choose_first = Text(
        "Dites d'abord dans quel rôle vous regardez\u00a0: chaque consultation est inscrite au journal sous ce rôle.",
        "First say in which role you look: every look is logged under it.",
    )
    see_as = Text("Voir comme\u00a0:", "View as:")
    fictional = Text("Données fictives", "Fictional data")
    today = Text("nous sommes le {day}", "today is {day}")
    footer = Text("Aide à l'analyse — pas une preuve.", "An aid to analysis — not evidence.")
    retry = Text("Réessayer", "Try again")
    reading = Text("Lecture du réseau…", "Reading the network…")
    log_only_title = Text("Ce rôle ne voit pas le réseau.", "This role does not see the network.")
    log_only = Text(
        "La personne responsable de la protection des renseignements ne voit que le journal d'accès\u00a0: qui a "
        "regardé quoi, quand et dans quel rôle. Sa page n'existe pas encore; d'ici là, la commande «\u00a0mobilis doctor\u00a0» "
        "vérifie que le journal n'a pas été modifié.",
        "The privacy officer sees the access log alone: who looked at what, when, and in which role. That page does "
        "not exist yet; until then, the command “mobilis doctor” checks that the log was not altered.",
    )


class EXPLORE:
    """The Explore page."""

    search = Text("Rechercher", "Search")
    search_hint = Text(
        "Un nom, un surnom, une plaque, un numéro, une adresse, la référence d'une information…",
        "A name, a street name, a plate, a number, an address, a tip's reference…",
    )
    hits = Text("{n} affichés sur {total}", "{n} shown of {total}")
    no_hit = Text(
        "Aucun résultat. Essayez le début d'un nom, d'un surnom ou d'une plaque.",
        "No result. Try the beginning of a name, a street name or a plate.",
    )
    why = Text("{field}\u00a0: {matched}", "{field}: {matched}")
    why_text = Text("mot de l'information", "word of the tip")
    count = Text("{n} affichés sur {total}", "{n} shown of {total}")
    count_one = Text("{n} affiché sur {total}", "{n} shown of {total}")
    count_around = Text("; autour de {name}, {n} sur {total}", "; around {name}, {n} of {total}")
    start_one = Text(
        "Une information parle d'un certain “{name}”. Qui est autour de lui?",
        "One tip speaks of a certain “{name}”. Who is around him?",
    )
    start = Text(
        "{number} informations parlent d'un certain “{name}”. Qui est autour de lui?",
        "{number} tips speak of a certain “{name}”. Who is around him?",
    )
    start_button = Text("Voir autour de “{name}”", "See around “{name}”")
    start_note = Text(
        "Ou cherchez un nom, une plaque, un numéro ou un lieu ci-dessus.",
        "Or search above for a name, a plate, a number or a place.",
    )
    nothing = Text("Aucune information n'est encore chargée.", "No tip has been loaded yet.")
    nothing_note = Text(
        "Dans un terminal\u00a0: «\u00a0mobilis demo\u00a0» pour l'exemple fictif, ou «\u00a0mobilis load\u00a0» suivi de vos tableaux.",
        "In a terminal: “mobilis demo” for the fictional example, or “mobilis load” followed by your tables.",
    )
    nothing_more = Text("Rien de plus à montrer autour.", "Nothing more to show around.")
    too_many = Text(
        "Le canevas porte au plus {most} entités. Masquez-en, ou repartez d'une entité.",
        "The canvas holds at most {most} entities. Hide some, or start again from one entity.",
    )
    many = Text(
        "Au-delà de 1000 entités, le dessin ne se lit plus\u00a0: le tableau des liens dit la même chose.",
        "Above 1,000 entities the drawing is no longer readable: the table of links says the same.",
    )
    hub_title = Text(
        "{name}\u00a0: {n} voisins non affichés. Lesquels montrer?", "{name}: {n} neighbours not shown. Which ones?"
    )
    hub_recent = Text("Les {n} plus récents", "The {n} most recent")
    hub_sourced = Text("Les {n} mieux sourcés", "The {n} best sourced")
    nobody = Text("Être au même endroit ne fait pas un lien.", "Being in the same place does not make a link.")
    lines = Text("Tableau des liens affichés", "Table of the links shown")
    lines_none = Text("Aucun lien entre les entités affichées.", "No link between the entities shown.")
    lines_cut = Text("{n} liens sur {total}", "{n} links of {total}")
    head_from = Text("de", "from")
    head_relation = Text("relation", "relation")
    head_to = Text("à", "to")
    head_origins = Text("origines", "origins")
    head_tips = Text("informations", "tips")
    head_source = Text("meilleure source", "best source")
    head_content = Text("meilleur contenu", "best content")
    head_first = Text("première", "first")
    head_last = Text("dernière", "last")


class CANVAS:
    """Words that the canvas itself shows; the names are those of `frame.js`."""

    name = Text("Réseau affiché", "Network shown")
    keys = Text(
        "Flèches\u00a0: aller d'une entité à l'autre. E\u00a0: déployer. H\u00a0: masquer. P\u00a0: épingler. "
        "F\u00a0: cadrer. M\u00a0: menu. Ctrl+Z\u00a0: annuler. Ctrl+Y\u00a0: rétablir. Échap\u00a0: désélectionner. "
        "Majuscule et glisser\u00a0: sélectionner plusieurs. "
        "Le tableau des liens, sous le canevas, dit la même chose que le dessin.",
        "Arrows: walk from entity to entity. E: expand. H: hide. P: pin. F: fit. M: menu. Ctrl+Z: undo. Ctrl+Y: redo. "
        "Esc: clear the selection. Shift and drag: select several. The table of links below the canvas says the same "
        "as the drawing.",
    )
    fit = Text("Cadrer", "Fit")
    zoomIn = Text("Agrandir", "Zoom in")
    zoomOut = Text("Réduire", "Zoom out")
    undo = Text("Annuler", "Undo")
    redo = Text("Rétablir", "Redo")
    hidden = Text("Masqués par vous\u00a0: {n}", "Hidden by you: {n}")
    unhide = Text("Tout réafficher", "Show all again")
    mute = Text("Retirer ce type du dessin", "Take this type off the drawing")
    unmute = Text("Remettre ce type dans le dessin", "Put this type back on the drawing")
    solid = Text("deux origines indépendantes ou plus", "two or more independent origins")
    dashed = Text("une seule origine", "a single origin")
    dotted = Text("déduit", "deduced")
    expand = Text("Déployer", "Expand")
    only = Text("Repartir d'ici", "Start again from here")
    pin = Text("Épingler", "Pin")
    unpin = Text("Détacher", "Unpin")
    hide = Text("Masquer", "Hide")
    cancel = Text("Ne rien ajouter", "Add nothing")
    several = Text("{n} entités sélectionnées", "{n} entities selected")
    counting = Text("On compte…", "Counting…")


class CARD:
    """The card of an entity, of a line, or of nothing."""

    empty_title = Text("Profil", "Profile")
    empty = Text(
        "Cliquez sur une entité pour voir ce qui en est rapporté, ou sur une ligne pour lire les informations "
        "derrière elle.",
        "Click an entity to see what is reported of it, or a line to read the tips behind it.",
    )
    empty_more = Text(
        "Double-clic ou E\u00a0: déployer. Clic droit\u00a0: menu. Majuscule et glisser\u00a0: en sélectionner "
        "plusieurs.",
        "Double-click or E: expand. Right-click: menu. Shift and drag: select several.",
    )
    network = Text("Ce que contient le réseau", "What the network holds")
    one_tip = Text("Selon une information reçue", "According to one tip")
    many_tips = Text("Selon {n} informations reçues", "According to {n} tips")
    mentioned = Text("personne mentionnée", "mentioned person")
    ground = Text("Motif\u00a0: {ground} ({author}, {day})", "Ground: {ground} ({author}, {day})")
    protect = Text("identité protégée", "identity protected")
    facts = Text("Ce qui en est dit", "What is said")
    contacts = Text("Contacts rapportés", "Reported contacts")
    links = Text("Liens rapportés", "Reported links")
    neutral = Text("Rôles neutres", "Neutral roles")
    neutral_note = Text(
        "Un rôle neutre explique une présence; il n'est pas un lien.",
        "A neutral role explains a presence; it is no link.",
    )
    denials = Text("À décharge\u00a0: ce qui est nié", "In their favour: what is denied")
    denied = Text("nié", "denied")
    contradicted = Text("Informations qui contredisent", "Contradicting tips")
    young = Text("Jeunes à protéger, sans ordre", "Young people to protect, in no order")
    raw_words = Text("Les mots tels que reçus", "The words as received")
    cut = Text("{n} affichés sur {total}", "{n} shown of {total}")
    no_links = Text("Aucun lien rapporté.", "No link reported.")
    reported = Text("Ce lien a été rapporté, il n'est pas établi.", "This link was reported; it is not established.")
    tip_head = Text("Informations derrière ce lien", "Tips behind this link")
    all_tips = Text("Toutes les informations", "All tips")
    origin = Text("origine {n}", "origin {n}")
    origins_one = Text("1 origine", "1 origin")
    origins = Text("{n} origines", "{n} origins")
    tips_one = Text("1 information", "1 tip")
    tips_many = Text("{n} informations", "{n} tips")
    times = Text("{n} fois", "{n} times")
    received = Text("reçue le {day}", "received {day}")
    undated = Text("date inconnue", "date unknown")
    source = Text("Source", "Source")
    content = Text("Contenu", "Content")
    basis = Text("Fondement", "Basis")
    when = Text("Quand", "When")
    note = Text("Note", "Note")
    no_text = Text("Pas de texte assaini.", "No sanitised text.")
    own_words = Text("Ses propres mots (cliquez sur ce titre pour lire)", "Her own words (click this heading to read)")
    danger = Text("Danger actuel (cliquez sur ce titre pour lire)", "Present danger (click this heading to read)")
    several = Text("{n} entités sélectionnées", "{n} entities selected")
    draw = Text("Mettre sur le canevas", "Put on the canvas")
    neighbours = Text("{n} voisins", "{n} neighbours")
    one_neighbour = Text("1 voisin", "1 neighbour")
    not_shown = Text("{n} non affichés", "{n} not shown")
    one_not_shown = Text("1 non affiché", "1 not shown")


STATUSES: Mapping[str, Text] = {
    "mentioned": Text("personne mentionnée", "mentioned person"),
    "of_interest": Text("personne d'intérêt", "person of interest"),
    "suspect": Text("suspect (motif documenté)", "suspect (documented ground)"),
    "charged": Text("accusé", "charged"),
    "convicted": Text("déclaré coupable", "found guilty"),
    "acquitted": Text("acquitté", "acquitted"),
    "withdrawn": Text("accusation retirée", "charge withdrawn"),
}
MENTIONS = Text("mentionne", "mentions")
UNNAMED = Text("sans nom", "unnamed")

ERRORS: Mapping[type[errors.MobilisError], Text] = {
    errors.MobilisError: Text("Quelque chose n'a pas fonctionné. Réessayez.", "Something did not work. Try again."),
    errors.InputError: Text(
        "Cette demande ne peut pas être traitée telle quelle.", "This request cannot be handled as it stands."
    ),
    errors.NotFound: Text("Introuvable.", "Not found."),
    errors.Conflict: Text(
        "Quelqu'un d'autre vient de le modifier. Réessayez.", "Someone else has just changed it. Try again."
    ),
    errors.Denied: Text("Ce rôle ne permet pas cela.", "This role does not allow that."),
    errors.DatabaseError: Text(
        "La base de données a refusé la question. «\u00a0mobilis doctor\u00a0» dit pourquoi.",
        "The database refused the question. “mobilis doctor” says why.",
    ),
    errors.DatabaseUnavailable: Text(
        "La base de données ne répond pas. Elle démarre peut-être encore\u00a0: réessayez dans un instant.",
        "The database does not answer. It may still be starting: try again in a moment.",
    ),
    errors.QueryTimeout: Text(
        "La question a pris trop de temps. Déployez moins d'entités à la fois.",
        "The question took too long. Expand fewer entities at a time.",
    ),
    errors.ConfigError: Text(
        "L'installation est à revoir. «\u00a0mobilis doctor\u00a0» dit ce qui manque.",
        "The installation needs attention. “mobilis doctor” says what is missing.",
    ),
    errors.EngineError: Text(
        "Le moteur intégré n'a pas pu être joint. «\u00a0mobilis doctor\u00a0» dit pourquoi.",
        "The embedded engine could not be reached. “mobilis doctor” says why.",
    ),
    errors.AuditError: Text(
        "Le journal d'accès ne peut pas être écrit\u00a0: rien n'est montré sans lui. «\u00a0mobilis doctor\u00a0» dit pourquoi.",
        "The access log cannot be written: nothing is shown without it. “mobilis doctor” says why.",
    ),
}

_NUMBERS = {
    "fr": ("zéro", "une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"),
    "en": ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
}
_MONTHS = {
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}


def number(n: int, lang: Lang) -> str:
    """A count of tips in words up to ten (feminine in French), in digits above; with a capital."""
    return _NUMBERS[lang][n].capitalize() if 0 <= n <= 10 else str(n)


def day(iso: str | None, lang: Lang, precision: str | None = None) -> str:
    """An ISO date in words, as precise as it was said; what is no date comes back as it is."""
    parts = (iso or "")[:10].split("-")
    if len(parts) != 3 or not all(p.isdecimal() for p in parts) or not 1 <= int(parts[1]) <= 12:
        return iso or ""
    year, month, of_month = parts[0], _MONTHS[lang][int(parts[1]) - 1], int(parts[2])
    if precision == "year":
        return year
    if precision == "month":
        return f"{month} {year}"
    if lang == "fr":
        told = f"{'1er' if of_month == 1 else of_month} {month} {year}"
        return f"vers le {told}" if precision == "about" else told
    told = f"{month} {of_month}, {year}"
    return f"about {told}" if precision == "about" else told


def period(since: str | None, until: str | None, lang: Lang, precision: str | None = None) -> str:
    """From when to when; one date when they are the same day, month or year; '' when neither is known."""
    first, last = day(since, lang, precision), day(until, lang, precision)
    if first and last and first != last:
        return f"{first} – {last}"
    if first and not last:
        return f"depuis {_le(first, precision)}" if lang == "fr" else f"since {first}"
    if last and not first:
        return f"jusqu'à {last}" if lang == "fr" else f"until {last}"
    return first


def _le(told: str, precision: str | None) -> str:
    return told if precision in ("month", "year", "about") else f"le {told}"
