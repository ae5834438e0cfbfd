"""What the package says while it works: printed, or logged where `disable_interactive_logging` asks for that."""

import logging

from keraunos import config


def say(text):
    """Prints a line, or hands it to the logger `"keraunos"`."""
    if config.is_interactive_logging_enabled():
        print(text)
    else:
        logging.getLogger("keraunos").info(text.strip())
