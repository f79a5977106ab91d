from . import wezer_movein
from . import wezer_movein_file
from . import wezer_movein_account
from . import wezer_movein_problem
from . import wezer_movein_decision
from . import wezer_invariant
from . import wezer_notice
from . import wezer_movein_progress
