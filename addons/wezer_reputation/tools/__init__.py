from . import bulk
from . import ratings_file
from . import ratings_reader
from . import rings
from . import rrg
