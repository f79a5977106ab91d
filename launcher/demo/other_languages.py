"""Announcements that their authors write in another language than English."""

# Title in texts.py or messages.py: language, title, text.
WRITTEN = {
    "Atelier de lettres : vos papiers, à deux": (
        "fr_FR",
        "Atelier de lettres : vos papiers, à deux",
        "Impôts, retraite, mairie : on s'assied et on écrit ensemble.",
    ),
    "Lire le journal à Marcel": (
        "fr_FR",
        "Lire le journal à Marcel",
        "Il ne voit plus bien, mais il a un avis sur tout.",
    ),
    "Water the tomatoes in August": (
        "fr_FR",
        "Arroser les tomates en août",
        "Un soir sur deux ; l'arrosoir est à côté de la citerne.",
    ),
    "Prune the old apple trees": (
        "fr_FR",
        "Tailler les vieux pommiers",
        "Cinq arbres auxquels personne n'a osé toucher depuis des années.",
    ),
    "Bring Henri to the eye doctor": (
        "fr_FR",
        "Accompagner Henri chez l'ophtalmo",
        "L'aller, l'attente et le retour. Il marche avec une canne.",
    ),
    "Mend the choir's gowns": (
        "fr_FR",
        "Raccommoder les robes de la chorale",
        "Des ourlets et deux fermetures éclair.",
    ),
    "Bake for the summer fête": (
        "fr_FR",
        "Des gâteaux pour la fête de l'été",
        "Deux plaques de ce que vous réussissez le mieux.",
    ),
    "French conversation for newcomers": (
        "fr_FR",
        "Conversation en français pour les nouveaux voisins",
        "On parle simplement, autour d'un thé.",
    ),
    "Set up Thérèse's tablet": (
        "fr_FR",
        "Préparer la tablette de Thérèse",
        "Pour qu'elle puisse voir ses petits-enfants.",
    ),
    "Write the quarter's newsletter": (
        "fr_FR",
        "Rédiger le journal du quartier",
        "Quatre pages ; les histoires sont déjà réunies.",
    ),
    "Homemade sourdough bread": (
        "fr_FR",
        "Pain au levain fait maison",
        "Une miche d'un kilo, cuite le mercredi.",
    ),
    "Help with tax forms": (
        "fr_FR",
        "Aide pour la déclaration d'impôts",
        "J'ai fait cela pendant trente ans.",
    ),
    "Small carpentry": (
        "fr_FR",
        "Petits travaux de menuiserie",
        "Étagères, portes, tables bancales.",
    ),
    "Read aloud to you": (
        "fr_FR",
        "Lecture à voix haute chez vous",
        "Romans, journaux, vieilles lettres.",
    ),
    "Lunch for a lonely Sunday": (
        "fr_FR",
        "Un repas le dimanche, pour ne pas manger seul",
        "Il y a toujours une assiette de plus.",
    ),
    "Cut the hedge along the school path": (
        "fr_FR",
        "Tailler la haie du chemin de l'école",
        "Une fois les nids vides. Il y a deux échelles sur place.",
    ),
    "Guitar for beginners": (
        "es_ES",
        "Guitarra para principiantes",
        "No hace falta saber solfeo.",
    ),
    "Preserves workshop": (
        "ca_ES",
        "Taller de conserves",
        "Us emporteu sis pots a casa.",
    ),
    "Bicycle repair at your door": (
        "de_DE",
        "Fahrradreparatur bei Ihnen vor der Tür",
        "Ich bringe mein Werkzeug mit, Sie kochen Kaffee.",
    ),
}


def written(title: str, text: str) -> tuple[str, str, str]:
    """Return language, title and text of an announcement as its author wrote it."""
    return WRITTEN.get(title, ("", title, text))
