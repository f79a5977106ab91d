from . import res_partner
from . import wezer_announcement
from . import wezer_deal
from . import wezer_group
from . import wezer_outcome
