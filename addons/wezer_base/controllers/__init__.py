from . import face
from . import portal
from . import rpc
from . import website
from . import words
