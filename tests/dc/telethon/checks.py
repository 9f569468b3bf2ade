#!/usr/bin/env python3
"""Runs Telethon's checks against a data centre: checks.py ADDRESS CONTROL KEY_FILE [ONLY].

Prints a line for each check and "N passed, M failed"; exits 1 if any failed.
"""

import asyncio
import logging
import sys

import checks_absence
import checks_admins
import checks_changes
import checks_chats
import checks_differences
import checks_files
import checks_folders
import checks_forums
import checks_lists
import checks_media
import checks_login
import checks_messages
import checks_past
import checks_polls
import checks_profile
import checks_qr
import checks_search
import checks_settings
from harness import Checks, Dc


async def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    logging.basicConfig(level=logging.CRITICAL)
    every = Checks()
    modules = (
        checks_login,
        checks_qr,
        checks_messages,
        checks_changes,
        checks_absence,
        checks_chats,
        checks_lists,
        checks_folders,
        checks_search,
        checks_past,
        checks_differences,
        checks_files,
        checks_media,
        checks_profile,
        checks_settings,
        checks_admins,
        checks_polls,
        checks_forums,
    )
    for module in modules:
        every.checks += module.checks.checks
    failed = await every.run(Dc(*sys.argv[1:4]), *sys.argv[4:])
    sys.exit(1 if failed else 0)


asyncio.run(main())
