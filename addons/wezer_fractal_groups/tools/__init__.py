from . import circles
