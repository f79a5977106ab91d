from . import wezer_onboarding
