from . import test_blocks
from . import test_home_page
