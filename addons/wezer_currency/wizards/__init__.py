from . import base_partner_merge
from . import wezer_wallet_limits
from . import wezer_onboarding
from . import wezer_starter_set
from . import wezer_charge
from . import wezer_issue
from . import wezer_transfer_batch
