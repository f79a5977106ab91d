from . import controllers
from . import models
from . import tools
from . import wizards
from .hooks import post_init_hook, uninstall_hook
from .tools.log import make_discreet

# As soon as the addon is loaded: before any request for this database.
make_discreet()
