from . import discussions
from . import decisions
from . import propose
from . import governance
from . import delegations
from . import portal
from . import colleges
