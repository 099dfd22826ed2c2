"""The desk of a website: made once for the process, over the logs as they are now or were then."""

from datetime import UTC, date, datetime, time, timedelta
from threading import Lock
from typing import Final

from fastapi import Request

from sunlit.base.errors import UnavailableError
from sunlit.node.desk import Desk
from sunlit.web.pages import site_of

EARLIEST: Final = date(2000, 1, 1)
_MAKING: Final = Lock()
