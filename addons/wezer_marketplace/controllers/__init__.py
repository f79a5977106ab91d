from . import deal
from . import feed
from . import market
from . import portal
from . import searches
