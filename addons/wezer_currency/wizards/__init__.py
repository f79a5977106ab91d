from . import base_partner_merge
from . import wezer_wallet_limits
from . import wezer_start
