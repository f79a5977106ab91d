from . import wezer_vocabulary_import
from . import wezer_word_merge
