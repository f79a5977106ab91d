from . import gamification_badge
from . import wezer_criterion
from . import wezer_assessment
from . import wezer_assessment_line
from . import wezer_reputation
from . import res_partner
from . import wezer_profile
from . import wezer_check
