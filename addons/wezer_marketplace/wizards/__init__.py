from . import wezer_deal_approve
from . import wezer_deal_reason
from . import wezer_start
