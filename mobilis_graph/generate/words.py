"""
Invented words of the generated networks: names, places, sentences.

Nothing here can be somebody's: surnames, streets, towns, gangs and shops are made of invented halves;
postal areas hold a letter that is not issued, and coordinates lie in the open gulf.
"""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


def _by_key(text: str) -> dict[str, tuple[str, ...]]:
    """Read lines of `key: word|word`."""
    pairs = (line.strip().split(": ", 1) for line in text.strip().splitlines())
    return {key: _words(words) for key, words in pairs}


FIRST_NAMES = _words(
    "Achille|Adèle|Agathe|Albin|Alizée|Amaury|Anaël|Anatole|Anouk|Antonin|Ariel|Armance|Aurèle|Axelle|Balthazar"
    "|Basile|Béatrix|Blaise|Camil|Capucine|Cédrik|Célestin|Clémence|Clovis|Colombe|Côme|Cyprien|Dalia|Damase"
    "|Delphine|Désiré|Dorian|Édith|Éléonore|Elzéar|Émeric|Ésaïe|Étienne|Eudore|Fabiola|Faustin|Félicien|Fiona"
    "|Flavie|Florian|Gaël|Gaspard|Gédéon|Géraldine|Ghislain|Gontran|Hector|Héloïse|Hilaire|Honoré|Hortense"
    "|Idriss|Inès|Irénée|Isaure|Ismaël|Jasmin|Joachim|Joséphine|Judicaël|Kaïs|Kelvin|Kenza|Laurianne|Lazare"
    "|Léonie|Léopold|Liam|Lilas|Lorenzo|Lubin|Maïka|Malik|Marjolaine|Marius|Mathurin|Maxence|Mégane|Mélusine"
    "|Moïse|Nadine|Naïma|Narcisse|Noé|Octave|Odile|Olympe|Ondine|Oscar|Pascaline|Perrine|Philémon|Placide"
    "|Prosper|Quentin|Rachelle|Raphaël|Régine|Rémi|Renaud|Rodrigue|Romane|Rosalie|Sabin|Samaël|Séraphin|Siméon"
    "|Solange|Sylvère|Tancrède|Thaïs|Théo|Théodora|Tristan|Ubald|Urbain|Valère|Victoire|Violaine|Wilfrid"
    "|Xavière|Yanis|Yolande|Zacharie|Zélie|Zoé"
)
SURNAMES = tuple(
    first + second
    for first in _words("Bel|Mont|Clair|Roche|Val|Haut|Noir|Vert|Grand|Fort|Lar|Mar|Cor|Dur|Sau|Tré|Bois|Gué|Plan|Lor")
    for second in _words(
        "brume|caune|sève|croix|lande|cendre|gélin|orme|hêtre|quenelle|vigny|doré|mauve|séguin|raie|tonne|guère"
        "|pierrin|lac|fève"
    )
)
STEMS = _words(
    "Kaz|Biggs|Doro|Nado|Zef|Milo|Trek|Loup|Rox|Vico|Bako|Jix|Pako|Sully|Renz|Taco|Yuk|Dex|Fino|Gomo|Lenz|Miko"
    "|Noxi|Ozo|Pim|Ruko|Saz|Tibo|Vado|Wex|Xeno|Yaro|Zuma|Brix|Cali|Drok|Elko|Flex|Griz|Hux"
)
ALIAS_SHAPES = _words("{}|{}|Ti-{}|Big {}|{}-Rock|Lil {}|Don {}|Gros {}|{} 2.0|Doc {}")
DESCRIPTIONS = _words(
    "tatou d'étoile dans le cou|environ 5 pieds 10|une dent en or|bracelet noir au poignet gauche"
    "|cheveux teints en blond|parle moitié anglais moitié français|scar on the chin|always wears a red cap"
    "|about six feet tall|limps slightly"
)
GANGS = tuple(
    f"{who} {whence}"
    for who in _words(
        "Les Cendres|Les Hiboux|Les Lanternes|Les Ombres|Les Corbeaux|Les Épines|Clique|Bande|Les Vagues"
        "|Les Comètes|Les Rouages|Les Marées|Les Brumes|Les Éclipses|Les Griffons|Les Falaises|Les Passeurs"
        "|Les Tisons|Les Boussoles|Les Cadrans"
    )
    for whence in _words(
        "du Nord|de la Rive|des Saules|du Pont|des Quais|du Moulin|de l'Anse|de la Côte|du Vallon|des Remparts"
        "|du Phare|de la Halte|des Granges|du Belvédère|des Îlots|de la Jetée"
    )
)
CARS = _words(
    "Honda/Civic|Honda/Accord|Toyota/Corolla|Toyota/RAV4|Mazda/3|Mazda/CX-5|Hyundai/Elantra|Hyundai/Tucson"
    "|Kia/Forte|Nissan/Rogue|Nissan/Sentra|Ford/Escape|Ford/F-150|Dodge/Caravan|Dodge/Charger|Jeep/Cherokee"
    "|BMW/328i|Audi/A4|Volkswagen/Jetta|Subaru/Impreza"
)
COLOURS = _words("noire|grise|blanche|rouge|bleue|argent|verte|black|grey|white")
MARKS = _words(
    "vitres teintées|mags noirs|pare-chocs fêlé|autocollant de sirène|tinted windows|dented left door|aileron"
    "|phare brûlé"
)
MUNICIPALITIES = _words(  # Rivesaule four times in ten
    "Rivesaule|Rivesaule|Rivesaule|Rivesaule|Valbrume-sur-l'Eau|Port-Galène|Sainte-Ondine|Mont-Cendré"
    "|Les Trois-Saules|L'Anse-aux-Lanternes"
)
POSTAL_AREAS = _words("J4O|J4Q|J0U|J3I|J5O|J2U|J1Q|J6I")
COORDINATES = (48.05, -61.6, 0.25)  # a corner in the open Gulf of St. Lawrence, and the side of the square
STREETS = tuple(
    f"{way} {name}"
    for way in _words("rue|avenue|boulevard|chemin|place|montée")
    for name in _words(
        "des Ormeaux-Bleus|du Hublot|de la Sirène-Grise|des Lanternes|du Vieux-Tramway|des Tisserandes"
        "|de l'Écluse-Noire|du Grand-Saule|des Papillons-de-Nuit|de la Boussole|du Petit-Phare"
        "|des Cerfs-Volants|de la Quenouille|du Moulin-Perdu|des Trois-Ponts|de l'Horloger|du Verger-Haut"
        "|des Glaneuses|de la Comète|du Cadran|des Bateliers|de la Cendrillonne|du Hibou|des Girouettes"
    )
)
PLACE_NAMES = _by_key("""
major_public: Galeries {}|Terminus {}|Station {}|Parc {}|Carrefour {}|Festival {}
institution: École {}|Centre jeunesse {}|CLSC {}|Palais de justice {}|Hôpital {}|Poste de police {}
protected: Refuge {}|Clinique {}|Chapelle {}|Ligne d'écoute {}
semi_public: Bar {}|Resto {}|Barbier {}|Gym {}|Dépanneur {}|Studio {}
lodging: Motel {}|Auberge {}|Hôtel {}|Gîte {}
private: chez {}
building: Tour {}|Bloc {}
vehicle: dans l'auto de {}|in {}'s van
online: groupe privé {}|serveur {}|page {}
""")
CONSENT_SCOPES = _words(
    "prénom, enquêteurs seulement|ce qui est écrit ici, rien d'autre|first name, detectives only|faits sans le prénom"
)
OBJECTS = _by_key("""
GAVE: souliers|téléphone|manteau|ongles|a phone|bijoux|cash|billets de spectacle
SUPPLIED: téléphone|vêtements|fausse carte|a phone|cash
HOUSED: une chambre|sous-sol|a couch|trois nuits
TRANSPORTED: fin de semaine|retour à la maison|to the motel|de nuit
OWES: 300 $|500 $|1 200 $|cash
""")
NOTES = _words(
    "genre il y a deux semaines|pas sûre de l'orthographe|d'après une amie|à revérifier|voice recognised"
    "|tel que rapporté|she thinks so"
)
REASONS = _words(
    "même surnom et même auto|descriptions incompatibles|même numéro dans les deux fiches"
    "|orthographe voisine, rien d'autre|same phone, same month|vérifié avec l'intervenante"
)
GROUNDS = _by_key("""
of_interest: deux origines indépendantes, évaluation {}
suspect: motif consigné au dossier fictif {}
charged: dénonciation autorisée, dossier fictif {}
convicted: jugement, dossier fictif {}
acquitted: acquittement, dossier fictif {}
withdrawn: retrait, dossier fictif {}
""")
EVENT_TITLES = _by_key("""
party: Party
runaway: Fugue
introduction: Mise en contact
pick_up: Ramassage
trip: Déplacement
stay: Séjour
sighting: Observation
meeting: Rencontre
incident: Incident
arrest: Arrestation
custody: Détention
court_step: Comparution
""")

# What a tip says in words, in French and in English; a young person is only ever `A_YOUNG`.
THE = ("la", "the")
A_YOUNG = ("une jeune", "a young person")
SOMEWHERE = ("un endroit sans adresse", "a place without an address")
OPENINGS = (
    (
        "",
        "D'après une intervenante. ",
        "Rapporté cette semaine. ",
        "Paraît que c'est connu dans le coin. ",
        "Information reçue par téléphone. ",
    ),
    ("", "Heard last week. ", "Caller seemed sure. ", "Reported by phone. ", "Source prefers not to be called back. "),
)
DENYING = ("C'est faux, selon la source\u00a0: ", "Not so, the source says: ")
RAW_OPENINGS = (
    ("Bon, je te le dis comme on me l'a dit. ", "Écoute, genre, "),
    ("Ok so, word for word. ", "Like I said on the phone, "),
)
SENTENCES = (
    _by_key("""
ASSOCIATES_WITH: {a} se tient avec {b}.|{a} et {b} sont toujours ensemble.|{a} connaît bien {b}.
RELATED_TO: {a} est de la famille de {b}.|{a} et {b} seraient parents.
MEMBER_OF: {a} serait avec {b}.|{a} se réclame de {b}.
USES: {a} se sert de {b}.|C'est {a} qui a {b} ces temps-ci.
OWNS: {b} est au nom de {a}.|{a} possède {b}.
LIVES_AT: {a} resterait là\u00a0: {b}.|{a} habite {b}.
IN_RELATIONSHIP_WITH: {a} sort avec {b}.|{a} serait le chum de {b}.
PRESENT_AT: {a} y était\u00a0: {b}.|{a} était là ({b}).
TOOK_PLACE_AT: {a}, {b}.|L'endroit\u00a0: {b}.
SEEN_AT: On a vu {a} ({b}).|Encore {a} ({b}).
RECRUITS: {a} aurait proposé de l'argent facile à {b}.|{a} aurait approché {b}.
GAVE: {a} aurait fait un cadeau à {b}.|{a} aurait donné quelque chose à {b}.
SUPPLIED: {a} aurait fourni {b}.|Ça viendrait de {a}, pour {b}.
HOUSED: {a} aurait hébergé {b}.|{b} aurait dormi chez {a}.
TRANSPORTED: {a} aurait conduit {b}.|{a} serait venu chercher {b}.
OWES: {a} devrait de l'argent à {b}.|{b} dit que {a} lui «\u00a0doit\u00a0».
CONTACTED: {a} a communiqué avec {b}.|{a} a écrit à {b}.
BOOKED: {a} aurait réservé ({b}).|La chambre serait au nom de {a} ({b}).
FOUND_AT: On a retrouvé {a} ({b}).
ARRESTED_IN: {a} a été arrêté ({b}).
ADVERTISES: L'annonce {a} donne {b}.
NEUTRAL_TO: {a}, rien à voir\u00a0: rôle neutre envers {b}.
"""),
    _by_key("""
ASSOCIATES_WITH: {a} hangs out with {b}.|{a} and {b} are always together.
RELATED_TO: {a} is family to {b}.|{a} and {b} are said to be related.
MEMBER_OF: {a} is reportedly with {b}.|{a} says he runs with {b}.
USES: {a} uses {b}.|{a} has {b} these days.
OWNS: {b} belongs to {a}.|{a} owns {b}.
LIVES_AT: {a} lives there: {b}.|{a} stays here: {b}.
IN_RELATIONSHIP_WITH: {a} is dating {b}.
PRESENT_AT: {a} was there: {b}.|{a} was at it ({b}).
TOOK_PLACE_AT: {a}, {b}.|The place: {b}.
SEEN_AT: {a} was seen ({b}).|Saw {a} again ({b}).
RECRUITS: {a} is alleged to have offered {b} easy money.
GAVE: {a} is alleged to have given {b} a present.
SUPPLIED: {a} is alleged to have supplied {b}.
HOUSED: {a} is alleged to have put {b} up.
TRANSPORTED: {a} is alleged to have driven {b}.
OWES: {a} is said to owe {b} money.
CONTACTED: {a} contacted {b}.|{a} texted {b}.
BOOKED: {a} is alleged to have booked ({b}).
FOUND_AT: {a} was found ({b}).
ARRESTED_IN: {a} was arrested ({b}).
ADVERTISES: Ad {a} shows {b}.
NEUTRAL_TO: {a} has nothing to do with it: neutral to {b}.
"""),
)
