from . import wezer_announcement_draft
from . import wezer_file_import
from . import wezer_deal_wizard_mixin
from . import wezer_deal_approve
from . import wezer_deal_approve_many
from . import wezer_deal_action_wizard
from . import wezer_deal_task
from . import wezer_onboarding
