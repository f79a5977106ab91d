"""What the people of Les Tilleuls are called, need, offer and say."""

PEOPLE = (
    "Luc Bernard|Anna Keller|Carole Petit|Moss Okafor|Agnès Morel|Henri Dubois|"
    "Samira Haddad|Jean-Marc Roux|Ingrid Solberg|Paulo Ferreira|Claire Fontaine|"
    "Youssef Amrani|Béatrice Lemoine|Tom Whitaker|Nadia Kowalska|Émile Garnier|"
    "Rosa Delgado|Kofi Mensah|Solène Marchand|Victor Hugues|Lina Nguyen|"
    "Pierre Chevalier|Fatou Diallo|Marta Rossi|Gaël Le Bihan|Odile Perrin|"
    "Karim Benali|Juliette Faure|Antoine Blanc|Hélène Girard|Mikael Lindqvist|"
    "Yvonne Caron|Noah Stein|Capucine Roy|Denis Masson|Aïcha Touré|Bruno Colin|"
    "Elsa Vidal|Rémi Lacroix|Thérèse Noël|Diego Alvarez|Manon Leclerc|"
    "Oscar Janssen|Lucie Robin|Ahmed Saïdi|Camille Brun"
).split("|")

PLACES = (
    ("Les Tilleuls", 45.1885, 5.7245),
    ("Le Moulin", 45.1921, 5.7312),
    ("La Gare", 45.1912, 5.7145),
    ("Les Vignes", 45.1803, 5.7390),
    ("Saint-Roch", 45.1852, 5.7101),
)

PRESENTATIONS = (
    "I moved here three years ago and like to know my neighbours.",
    "Professeure à la retraite. J'ai du temps, une voiture et une bonne oreille.",
    "I repair what others throw away.",
    "Two children, one dog, always something to swap.",
    "Je cuisine toujours trop, et je suis heureuse de partager avec vous.",
    "I garden, I read, and I bring people to the doctor.",
    "New in the quarter: happy to help and to learn French.",
    "Carpenter by trade, musician at night.",
)

# category: skills
SKILLS = {
    "Garden": ("Pruning", "Composting", "Vegetables", "Lawn and hedges"),
    "Repairs": ("Carpentry", "Bicycles", "Sewing", "Electricity", "Plumbing"),
    "Care": ("Company and visits", "Child care", "Errands", "Driving"),
    "Kitchen": ("Cooking", "Baking", "Preserves"),
    "Learning": ("French", "English", "Mathematics", "Music", "Computers"),
    "Community": ("Writing", "Accounting", "Drawing", "Running meetings"),
}

# category: picture, colour
LOOKS = {
    "Garden": ("fa-leaf", 1),
    "Repairs": ("fa-wrench", 3),
    "Care": ("fa-heart", 2),
    "Kitchen": ("fa-cutlery", 5),
    "Learning": ("fa-book", 4),
    "Community": ("fa-users", 6),
}

# title: the motif of its picture, where it is not that of the skill
MOTIFS = {"Des gâteaux pour la fête de l'été": "Cake"}
# circle: colour, motif of the cover picture
CIRCLES = {
    "Village of Les Tilleuls": (4, "Village"),
    "Garden": (1, "Vegetables"),
    "Greenhouse": (7, "Pruning"),
    "Repair café": (3, "Carpentry"),
    "Care": (2, "Company and visits"),
    "Visits": (0, ""),
}
# circle: index of its place, who sees it
CIRCLE_PLACES = {
    "Village of Les Tilleuls": (0, "everyone"),
    "Garden": (3, "everyone"),
    "Greenhouse": (3, "members"),
    "Repair café": (1, "everyone"),
    "Care": (4, "members"),
}
# Who answers questions about the community, and what visitors may see of this person.
CONTACT = "Odile Perrin"
# Who shows the picture to visitors too.
SHOWN_TO_VISITORS = (
    "Luc Bernard|Anna Keller|Carole Petit|Agnès Morel|Samira Haddad|Paulo Ferreira|"
    "Émile Garnier|Rosa Delgado|Kofi Mensah|Lina Nguyen|Fatou Diallo|Karim Benali"
).split("|")

# kind, title, category, skill, hours, price in hours?, place index, text
ANNOUNCEMENTS = (
    (
        "want",
        "Repair the greenhouse door",
        "Repairs",
        "Carpentry",
        2,
        "The lower hinge is gone and it scrapes. Wood and screws are here.",
    ),
    (
        "want",
        "Water the tomatoes in August",
        "Garden",
        "Vegetables",
        1,
        "Every second evening, the can stands by the tank.",
    ),
    (
        "want",
        "Turn the compost",
        "Garden",
        "Composting",
        2,
        "Three bays, forks are in the shed. Boots are a good idea.",
    ),
    (
        "want",
        "Prune the old apple trees",
        "Garden",
        "Pruning",
        3,
        "Five trees that nobody dared to touch for years.",
    ),
    (
        "want",
        "Cut the hedge along the path",
        "Garden",
        "Lawn and hedges",
        2,
        "So that prams get through again.",
    ),
    (
        "want",
        "Plant the spring beds",
        "Garden",
        "Vegetables",
        2,
        "Seedlings are ready, the soil too.",
    ),
    (
        "want",
        "Keep Yvonne company on Tuesdays",
        "Care",
        "Company and visits",
        2,
        "She likes cards and stories of the quarter.",
    ),
    (
        "want",
        "Bring Henri to the eye doctor",
        "Care",
        "Driving",
        2,
        "There, wait, and back. He walks with a stick.",
    ),
    (
        "want",
        "Do the weekly shopping for Odile",
        "Care",
        "Errands",
        1,
        "The list hangs on her door on Thursday.",
    ),
    (
        "want",
        "Mind two children on Friday evening",
        "Care",
        "Child care",
        3,
        "Four and seven years old, fond of drawing.",
    ),
    (
        "want",
        "Help at the repair café",
        "Repairs",
        "Electricity",
        3,
        "Saturday afternoon, lamps and toasters mostly.",
    ),
    ("want", "Mend the choir's gowns", "Repairs", "Sewing", 2, "Hems and two zips."),
    (
        "want",
        "Tune six bicycles for the children",
        "Repairs",
        "Bicycles",
        3,
        "Brakes and chains, parts are there.",
    ),
    (
        "want",
        "Stop the tap that drips",
        "Repairs",
        "Plumbing",
        1,
        "In the common kitchen. It sings at night.",
    ),
    (
        "want",
        "Cook for the workday",
        "Kitchen",
        "Cooking",
        3,
        "Soup and bread for twenty, vegetables come from the garden.",
    ),
    (
        "want",
        "Bake for the summer fête",
        "Kitchen",
        "Baking",
        2,
        "Two trays of whatever you do best.",
    ),
    (
        "want",
        "Make plum jam together",
        "Kitchen",
        "Preserves",
        3,
        "Forty kilos of plums do not wait.",
    ),
    (
        "want",
        "French conversation for newcomers",
        "Learning",
        "French",
        1,
        "Simple talk over tea.",
    ),
    (
        "want",
        "Help with fractions",
        "Learning",
        "Mathematics",
        1,
        "Twice before the exam.",
    ),
    (
        "want",
        "Set up Thérèse's tablet",
        "Learning",
        "Computers",
        1,
        "So that she sees her grandchildren.",
    ),
    (
        "want",
        "Piano for the singing evening",
        "Learning",
        "Music",
        2,
        "Songs everybody knows.",
    ),
    (
        "want",
        "Write the quarter's newsletter",
        "Community",
        "Writing",
        3,
        "Four pages, the stories are collected.",
    ),
    (
        "want",
        "Draw the poster of the fête",
        "Community",
        "Drawing",
        2,
        "Warm colours, and the date large.",
    ),
    (
        "want",
        "Keep the minutes of the assembly",
        "Community",
        "Running meetings",
        2,
        "What was decided, on one page.",
    ),
    (
        "want",
        "Check the year's accounts",
        "Community",
        "Accounting",
        3,
        "Two boxes of receipts and good coffee.",
    ),
    (
        "want",
        "Carry chairs to the square",
        "Community",
        "Running meetings",
        1,
        "Sixty chairs, many hands.",
    ),
    (
        "want",
        "Paint the bench by the pond",
        "Repairs",
        "Carpentry",
        2,
        "Sand it, paint it green.",
    ),
    (
        "want",
        "Clear the cellar of the Moulin",
        "Community",
        "Running meetings",
        3,
        "To the tip and to the repair café.",
    ),
    (
        "want",
        "Translate a letter into English",
        "Learning",
        "English",
        1,
        "One page, from an office.",
    ),
    (
        "want",
        "Dog walks while I am on crutches",
        "Care",
        "Errands",
        1,
        "Small dog, great character.",
    ),
    (
        "offer",
        "Bicycle repair at your door",
        "Repairs",
        "Bicycles",
        1,
        "I bring my tools; you make coffee.",
    ),
    (
        "offer",
        "Homemade sourdough bread",
        "Kitchen",
        "Baking",
        1,
        "A kilo loaf, baked on Wednesdays.",
    ),
    ("offer", "Guitar for beginners", "Learning", "Music", 1, "No notes needed."),
    (
        "offer",
        "Help with tax forms",
        "Community",
        "Accounting",
        1,
        "I did it for thirty years.",
    ),
    (
        "offer",
        "Drive to the station",
        "Care",
        "Driving",
        1,
        "Early mornings are no trouble.",
    ),
    (
        "offer",
        "Alterations and mending",
        "Repairs",
        "Sewing",
        1,
        "Trousers, curtains, patches with a smile.",
    ),
    (
        "offer",
        "English over a walk",
        "Learning",
        "English",
        1,
        "We talk, we walk, you learn.",
    ),
    (
        "offer",
        "Small carpentry",
        "Repairs",
        "Carpentry",
        2,
        "Shelves, doors, wobbling tables.",
    ),
    (
        "offer",
        "Baby-sitting on weekends",
        "Care",
        "Child care",
        3,
        "With stories and pancakes.",
    ),
    (
        "offer",
        "Vegetable box from the garden",
        "Garden",
        "Vegetables",
        1,
        "What is ripe this week.",
    ),
    (
        "offer",
        "Computer first aid",
        "Learning",
        "Computers",
        1,
        "I explain until it is clear.",
    ),
    (
        "offer",
        "A portrait in pencil",
        "Community",
        "Drawing",
        1,
        "An hour of sitting still.",
    ),
    (
        "offer",
        "Read aloud to you",
        "Care",
        "Company and visits",
        1,
        "Novels, newspapers, old letters.",
    ),
    (
        "offer",
        "Preserves workshop",
        "Kitchen",
        "Preserves",
        2,
        "You take home six jars.",
    ),
    (
        "offer",
        "Lend a hand with moving",
        "Community",
        "Running meetings",
        3,
        "Two arms and a trolley.",
    ),
    (
        "offer",
        "Mathematics without tears",
        "Learning",
        "Mathematics",
        1,
        "Up to the final exam.",
    ),
    (
        "offer",
        "Prune your roses",
        "Garden",
        "Pruning",
        1,
        "In February, before it is late.",
    ),
    (
        "offer",
        "Lunch for a lonely Sunday",
        "Kitchen",
        "Cooking",
        1,
        "There is always a plate more.",
    ),
    ("offer", "Fix lamps and plugs", "Repairs", "Electricity", 1, "Safely."),
    ("offer", "Water your plants in summer", "Garden", "Vegetables", 1, "All of July."),
    (
        "offer",
        "Proofread your letters",
        "Community",
        "Writing",
        1,
        "In French and English.",
    ),
    (
        "offer",
        "Compost advice",
        "Garden",
        "Composting",
        1,
        "Why it smells and how it stops.",
    ),
)

TASKS = (
    ("Lay the foundation stones", 3),
    ("Fetch the old windows", 2),
    ("Cut the beams", 3),
    ("Oil the wood", 2),
    ("Hang the door", 2),
    ("Dig the water channel", 3),
    ("Build the potting table", 2),
    ("Paint the sign of the greenhouse", 1),
    ("Plan the opening day", 1),
    ("Label the seedlings", 2),
)

CHAT = (
    "Would Saturday morning suit you?",
    "I bring my own tools.",
    "On se retrouve devant la fontaine, si cela vous va ?",
    "It rained a lot, can we wait a day?",
    "Thank you for answering so quickly!",
    "La clé est accrochée derrière le volet.",
)
NOTES = (
    "Done, and it was a pleasure.",
    "C'est fait ; le reste de la peinture est dans la remise.",
    "It took the time we thought.",
    "Finished, please have a look.",
    "A bit less than planned, it went well.",
)
GOOD = (
    "Careful work and good company.",
    "On time, cheerful, thorough.",
    "Exactly what we had agreed. Thank you!",
    "Une vraie voisine, merci pour tout.",
    "A tout expliqué avec patience, et nous avons bien ri.",
    "Would ask again any day.",
)
# So many of them are on the thank-you wall.
THANKS = 5
POOR = (
    "Came late and left early.",
    "Half of it had to be done again.",
    "We had understood each other differently.",
)
ANSWERS = (
    "My bus did not come. I should have called, sorry.",
    "True, and I came back on Saturday to put it right.",
    "Next time we walk through it together before I begin.",
)
NOT_FOR_ALL = "It tells of a family matter that is not for everybody"
GIFTS = (
    "Thank you for the cake",
    "For the lift home",
    "A share of the harvest",
    "For the borrowed ladder",
    "Because it was fun",
)
