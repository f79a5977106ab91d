from . import wezer_movein_start
from . import wezer_movein_decide
from . import wezer_onboarding
