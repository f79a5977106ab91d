from . import test_circles
from . import test_concurrency
from . import test_joining
from . import test_privacy
from . import test_project
from . import test_rights
from . import test_tree
from . import test_website
