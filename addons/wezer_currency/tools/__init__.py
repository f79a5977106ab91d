from . import amounts
