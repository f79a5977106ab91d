"""What people of Les Tilleuls write in another language than English, and its words."""

from typing import Any

# Title in texts.py or messages.py: language of the text, title, text.
WRITTEN = {
    "Atelier de lettres : vos papiers, à deux": (
        "fr",
        "Atelier de lettres : vos papiers, à deux",
        "Impôts, retraite, mairie : on s'assied et on écrit ensemble.",
    ),
    "Lire le journal à Marcel": (
        "fr",
        "Lire le journal à Marcel",
        "Il ne voit plus bien, mais il a un avis sur tout.",
    ),
    "Water the tomatoes in August": (
        "fr",
        "Arroser les tomates en août",
        "Un soir sur deux ; l'arrosoir est à côté de la citerne.",
    ),
    "Prune the old apple trees": (
        "fr",
        "Tailler les vieux pommiers",
        "Cinq arbres auxquels personne n'a osé toucher depuis des années.",
    ),
    "Bring Henri to the eye doctor": (
        "fr",
        "Accompagner Henri chez l'ophtalmo",
        "L'aller, l'attente et le retour. Il marche avec une canne.",
    ),
    "Mend the choir's gowns": (
        "fr",
        "Raccommoder les robes de la chorale",
        "Des ourlets et deux fermetures éclair.",
    ),
    "Bake for the summer fête": (
        "fr",
        "Des gâteaux pour la fête de l'été",
        "Deux plaques de ce que vous réussissez le mieux.",
    ),
    "French conversation for newcomers": (
        "fr",
        "Conversation en français pour les nouveaux voisins",
        "On parle simplement, autour d'un thé.",
    ),
    "Set up Thérèse's tablet": (
        "fr",
        "Préparer la tablette de Thérèse",
        "Pour qu'elle puisse voir ses petits-enfants.",
    ),
    "Write the quarter's newsletter": (
        "fr",
        "Rédiger le journal du quartier",
        "Quatre pages ; les histoires sont déjà réunies.",
    ),
    "Homemade sourdough bread": (
        "fr",
        "Pain au levain fait maison",
        "Une miche d'un kilo, cuite le mercredi.",
    ),
    "Help with tax forms": (
        "fr",
        "Aide pour la déclaration d'impôts",
        "J'ai fait cela pendant trente ans.",
    ),
    "Small carpentry": (
        "fr",
        "Petits travaux de menuiserie",
        "Étagères, portes, tables bancales.",
    ),
    "Read aloud to you": (
        "fr",
        "Lecture à voix haute chez vous",
        "Romans, journaux, vieilles lettres.",
    ),
    "Lunch for a lonely Sunday": (
        "fr",
        "Un repas le dimanche, pour ne pas manger seul",
        "Il y a toujours une assiette de plus.",
    ),
    "Cut the hedge along the school path": (
        "fr",
        "Tailler la haie du chemin de l'école",
        "Une fois les nids vides. Il y a deux échelles sur place.",
    ),
    "Guitar for beginners": (
        "es",
        "Guitarra para principiantes",
        "No hace falta saber solfeo.",
    ),
    "Preserves workshop": (
        "ca",
        "Taller de conserves",
        "Us emporteu sis pots a casa.",
    ),
    "Bicycle repair at your door": (
        "de",
        "Fahrradreparatur bei Ihnen vor der Tür",
        "Ich bringe mein Werkzeug mit, Sie kochen Kaffee.",
    ),
}


def written(title: str, text: str) -> tuple[str, str, str]:
    """Return language, title and text of an announcement as its author wrote it."""
    return WRITTEN.get(title, ("", title, text))


# Categories, skills and currencies, which each reader reads in their own language.
LANGUAGES = ("fr_FR", "ca_ES", "es_ES", "de_DE")
NAMES = {
    "Garden": ("Jardin", "Jardí", "Jardín", "Garten"),
    "Repairs": ("Réparations", "Reparacions", "Reparaciones", "Reparaturen"),
    "Care": ("Entraide", "Cures", "Cuidados", "Fürsorge"),
    "Kitchen": ("Cuisine", "Cuina", "Cocina", "Küche"),
    "Learning": ("Apprentissages", "Aprenentatge", "Aprendizaje", "Lernen"),
    "Community": ("Vie commune", "Comunitat", "Comunidad", "Gemeinschaft"),
    "Pruning": ("Taille", "Poda", "Poda", "Baumschnitt"),
    "Composting": ("Compostage", "Compostatge", "Compostaje", "Kompost"),
    "Vegetables": ("Potager", "Hort", "Huerto", "Gemüse"),
    "Lawn and hedges": (
        "Pelouse et haies",
        "Gespa i tanques",
        "Césped y setos",
        "Rasen und Hecken",
    ),
    "Carpentry": ("Menuiserie", "Fusteria", "Carpintería", "Schreinern"),
    "Bicycles": ("Vélos", "Bicicletes", "Bicicletas", "Fahrräder"),
    "Sewing": ("Couture", "Costura", "Costura", "Nähen"),
    "Electricity": ("Électricité", "Electricitat", "Electricidad", "Elektrik"),
    "Plumbing": ("Plomberie", "Lampisteria", "Fontanería", "Sanitär"),
    "Company and visits": (
        "Compagnie et visites",
        "Companyia i visites",
        "Compañía y visitas",
        "Gesellschaft und Besuche",
    ),
    "Child care": (
        "Garde d'enfants",
        "Cura d'infants",
        "Cuidado de niños",
        "Kinderbetreuung",
    ),
    "Errands": ("Courses", "Encàrrecs", "Recados", "Besorgungen"),
    "Driving": ("Transport", "Transport", "Transporte", "Fahrdienste"),
    "Cooking": ("Cuisine de tous les jours", "Cuinar", "Cocinar", "Kochen"),
    "Baking": ("Pain et gâteaux", "Pa i pastissos", "Pan y pasteles", "Backen"),
    "Preserves": ("Conserves", "Conserves", "Conservas", "Einmachen"),
    "French": ("Français", "Francès", "Francés", "Französisch"),
    "English": ("Anglais", "Anglès", "Inglés", "Englisch"),
    "Mathematics": ("Mathématiques", "Matemàtiques", "Matemáticas", "Mathematik"),
    "Music": ("Musique", "Música", "Música", "Musik"),
    "Computers": ("Informatique", "Informàtica", "Informática", "Computer"),
    "Writing": ("Écriture", "Escriptura", "Escritura", "Schreiben"),
    "Accounting": ("Comptabilité", "Comptabilitat", "Contabilidad", "Buchhaltung"),
    "Drawing": ("Dessin", "Dibuix", "Dibujo", "Zeichnen"),
    "Running meetings": (
        "Animation de réunions",
        "Dinamització de reunions",
        "Dinamización de reuniones",
        "Moderation",
    ),
    "Hours": ("Heures", "Hores", "Horas", "Stunden"),
    "Lindens": ("Tilleuls", "Til·lers", "Tilos", "Linden"),
    "Euros": ("Euros", "Euros", "Euros", "Euro"),
}


def named(record: Any) -> Any:
    """Give ``record`` its name in each language, and return it."""
    for code, name in zip(LANGUAGES, NAMES[record.name], strict=True):
        record.with_context(lang=code).name = name
    return record
