"""Logs as JSON lines on standard error, one event each, with the trace id of the request it belongs to."""

import logging
import sys

import structlog


def configure_logging(level: str) -> None:
    """Set up this process's logs. Called once, by whoever starts the process.

    Tracebacks name files and lines and never local variables: those hold passwords and other people's payments.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(default=str),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
        ),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
