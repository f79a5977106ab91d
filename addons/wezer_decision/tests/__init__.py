from . import test_secret_votes
from . import test_discussions
from . import test_decisions
from . import test_outcomes
