from . import base_partner_merge
from . import wezer_member_decline
from . import wezer_member_invite
from . import wezer_member_merge
from . import wezer_onboarding
from . import wezer_vocabulary_import
from . import wezer_word_merge
