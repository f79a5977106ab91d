from . import rrg
