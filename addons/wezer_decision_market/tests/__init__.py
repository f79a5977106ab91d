from . import test_publishing
from . import test_approving
from . import test_panel
