from . import test_secret_votes
