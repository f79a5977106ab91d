from . import acceptance
from . import portal
from . import statement
from . import links
from . import several
