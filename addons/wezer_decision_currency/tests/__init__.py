from . import test_spending
from . import test_paying
from . import test_paying_at_once
