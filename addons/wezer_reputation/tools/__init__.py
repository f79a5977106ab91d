from . import bulk
from . import ratings_file
from . import rings
from . import rrg
