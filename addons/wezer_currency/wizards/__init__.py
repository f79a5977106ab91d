from . import base_partner_merge
from . import wezer_wallet_limits
