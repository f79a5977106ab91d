from . import devices, home, web_app
