from . import test_news_mailing
