"""The one error a user can mend: it says where, what was found, what was expected, and how."""


class UserError(ValueError):
    """Something outside the code is wrong; commands print its message without a traceback."""
