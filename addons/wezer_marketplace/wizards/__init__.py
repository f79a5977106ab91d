from . import wezer_announcement_draft
from . import wezer_deal_sheet
from . import wezer_deal_approve
from . import wezer_deal_approve_many
from . import wezer_deal_reason
from . import wezer_deal_task
from . import wezer_start
