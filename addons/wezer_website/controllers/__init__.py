from . import home, web_app
