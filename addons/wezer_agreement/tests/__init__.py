from . import test_agreements
from . import test_notices_of_agreements
from . import test_matrix
