from . import ir_qweb
from . import ir_ui_view
from . import res_users
from . import website
from . import website_page
from . import website_snippet_filter
