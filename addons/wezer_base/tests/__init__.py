from . import test_acting
from . import test_notice
from . import test_privacy
from . import test_profile
from . import test_signup
from . import test_text
from . import test_website
