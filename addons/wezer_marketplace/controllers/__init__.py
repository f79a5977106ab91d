from . import deal
from . import market
from . import portal
