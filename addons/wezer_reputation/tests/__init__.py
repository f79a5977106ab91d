from . import test_after
from . import test_assessment
from . import test_badges
from . import test_check
from . import test_computation
from . import test_criterion
from . import test_reputation
from . import test_website
