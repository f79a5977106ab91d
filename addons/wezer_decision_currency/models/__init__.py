from . import res_partner
from . import res_users
from . import wezer_group
from . import wezer_outcome
from . import wezer_transfer
from . import wezer_invariant
