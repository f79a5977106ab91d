from . import wezer_start
