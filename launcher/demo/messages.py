"""Messages that people write in deals, and further announcements."""

# kind, title, category, skill, hours, text
ANNOUNCEMENTS = (
    (
        "offer",
        "Sharpen your kitchen knives",
        "Repairs",
        "Carpentry",
        1,
        "Stone and patience. Bring up to six, wrapped in a towel.",
    ),
    (
        "offer",
        "Piano for beginners of any age",
        "Learning",
        "Music",
        1,
        "An old upright, a warm room, no exams.",
    ),
    (
        "offer",
        "Atelier de lettres : vos papiers, à deux",
        "Community",
        "Writing",
        2,
        "Impôts, retraite, mairie : on s'assied et on écrit ensemble.",
    ),
    (
        "offer",
        "Bread from the wood oven",
        "Kitchen",
        "Baking",
        2,
        "I light it on Thursdays; there is room for your dough beside mine.",
    ),
    (
        "offer",
        "Rides to the hospital",
        "Care",
        "Driving",
        2,
        "Tuesdays and Fridays. I wait for you and we come home together.",
    ),
    (
        "offer",
        "A portrait of your house in ink",
        "Community",
        "Drawing",
        3,
        "Seen from the street you like best.",
    ),
    (
        "want",
        "Carry wood to the second floor",
        "Care",
        "Errands",
        1,
        "Three cubic metres, a narrow stair, coffee at the top.",
    ),
    (
        "want",
        "Lire le journal à Marcel",
        "Care",
        "Company and visits",
        1,
        "Il ne voit plus bien, mais il a un avis sur tout.",
    ),
    (
        "want",
        "Cut the hedge along the school path",
        "Garden",
        "Lawn and hedges",
        3,
        "After the nests are empty. Two ladders are there.",
    ),
    (
        "want",
        "A light for the bicycle shed",
        "Repairs",
        "Electricity",
        2,
        "One lamp, one switch, and nobody stumbles any more.",
    ),
    (
        "want",
        "Teach our accounts group to use a spreadsheet",
        "Learning",
        "Computers",
        2,
        "We are five and slow, and we laugh a lot.",
    ),
    (
        "want",
        "Lead the autumn assembly",
        "Community",
        "Running meetings",
        3,
        "Sixty people, four decisions, one evening.",
    ),
)
CLAIMS = (
    "I would like to do that.",
    "Count me in; I live around the corner.",
    "Avec plaisir ! Je suis libre en fin de semaine.",
    "I have done this before, for my mother.",
    "Could I bring my daughter? She wants to learn it.",
    "",
)
ASKS_MORE = (
    "I think it takes an hour more.",
    "I looked at it on the way: there is more to it than it seems.",
    "With tidying up it is an hour more, to be honest.",
    "I am slow but thorough; may I count one more hour?",
)
ASKS_LESS = (
    "Let us try in the time we thought; I help.",
    "If I prepare everything the evening before, is it enough?",
    "Our purse is thin this month. Could we stay with what I wrote?",
    "Two of us will be there, so it goes faster.",
)
MEETS = (
    "Half an hour more, then it is well done.",
    "Let us meet in the middle.",
    "Good, but with half an hour for the way.",
)
AGAIN = ("And lunch is on us.", "That is fair. I add the tools.", "So be it!")
DECLINED = (
    "Somebody else was quicker, sorry.",
    "We found that it must wait for spring.",
    "The ladder is broken; I do not want anybody on it.",
)
WITHDRAWN = ("My week filled up.", "My back says no.", "I mixed up the days, sorry.")
RELEASED = ("I am ill, sorry.", "I must go to my sister's for a month.")
CANCELLED = (
    ("The rain washed it away.", "Agreed."),
    ("We moved the feast to next year.", "No harm done."),
    ("The door was stolen!", "Then there is nothing to repair."),
)
SENT_BACK = (
    "The second coat of paint is missing.",
    "One of the three bays is still as it was.",
    "The key is not back yet.",
)
DISPUTED = (
    "Nobody answers me and the work is done.",
    "I worked for three hours and am told it was two.",
    "He says it was not me who did it.",
)
# A question, and what the other answers.
TALKS = (
    ("Is there water on the spot?", "Yes, the tap behind the shed."),
    ("Do you have gloves in my size?", "We have everything from 7 to 10."),
    ("Peut-on commencer plus tôt, vers huit heures ?", "Oui, le café sera prêt."),
    ("How do I find you?", "The blue gate after the bakery."),
    ("May we do it on Sunday instead?", "Sunday is fine, after ten."),
    ("I am a quarter of an hour late, sorry!", "No hurry, I am here all morning."),
)
