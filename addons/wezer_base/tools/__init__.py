from . import forms
from . import form_post
from . import days
from . import rights
from . import text
from . import versions
