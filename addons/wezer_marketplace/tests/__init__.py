from . import test_announcement
from . import test_concurrency
from . import test_deal
from . import test_money
from . import test_rights
from . import test_task
from . import test_website_market
from . import test_words_market
