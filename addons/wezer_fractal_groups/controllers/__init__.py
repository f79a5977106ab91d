from . import groups
from . import portal
