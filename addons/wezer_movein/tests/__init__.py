from . import test_exports
from . import test_movein
from . import test_readers_of_tables
from . import test_samples
from . import test_notices_of_moving_in
from . import test_pages
from . import test_shown
