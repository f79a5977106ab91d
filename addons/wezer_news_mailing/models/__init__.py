from . import mail_mail
from . import mailing_mailing
from . import mailing_trace
from . import wezer_news
from . import wezer_notice_letter
