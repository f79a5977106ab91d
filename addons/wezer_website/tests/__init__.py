from . import test_blocks
from . import test_files_in_forms
from . import test_former_home
from . import test_home_page
from . import test_routes
from . import test_visitor_queries
from . import test_web_app
