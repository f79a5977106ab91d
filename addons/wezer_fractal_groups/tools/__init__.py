from . import circles
from . import group_rows
