"""Errors that a user can fix: they name where, what was found, what was expected, and how."""


class UserError(ValueError):
    """Something outside the code is wrong; commands print its message without a traceback."""


class LeakError(UserError):
    """Test data would be seen before the test."""
