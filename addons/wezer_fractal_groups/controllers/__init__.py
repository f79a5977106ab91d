from . import groups
from . import portal
from . import manage
from . import history
from . import cover
from . import news
