from . import circles
from . import group_cards
from . import group_rows
