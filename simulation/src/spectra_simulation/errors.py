"""What goes wrong with a sentence that names the remedy."""


class SimulationError(Exception):
    """An input, a file or a calculation that cannot be used, and what to do about it."""
