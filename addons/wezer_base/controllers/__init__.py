from . import face
from . import portal
from . import website
from . import words
