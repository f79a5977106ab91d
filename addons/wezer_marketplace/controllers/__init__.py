from . import deal
from . import feed
from . import market
from . import own_announcements
from . import portal
from . import searches
