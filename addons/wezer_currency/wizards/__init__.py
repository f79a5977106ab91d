from . import wezer_wallet_limits
