from . import test_secret_votes
from . import test_discussions
from . import test_decisions
from . import test_outcomes
from . import test_delegations
from . import test_notices_of_delegations
from . import test_secret_results
