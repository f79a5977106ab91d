from . import discussions
