from . import wezer_file_import
from . import wezer_onboarding
