from . import acting
from . import face
from . import leaving
from . import joining
from . import portal
from . import rpc
from . import website
from . import words
