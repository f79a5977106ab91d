from . import rights
from . import text
