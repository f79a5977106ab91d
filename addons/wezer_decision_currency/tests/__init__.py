from . import test_spending
from . import test_paying
