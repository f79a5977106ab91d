from . import moved_in
