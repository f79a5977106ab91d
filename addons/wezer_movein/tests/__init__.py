from . import test_movein
