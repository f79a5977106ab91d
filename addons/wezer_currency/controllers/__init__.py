from . import acceptance
from . import portal
from . import statement
from . import clearing
from . import links
from . import several
from . import books
from . import transfer
