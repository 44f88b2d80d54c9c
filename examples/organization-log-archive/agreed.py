"""What the archive and the accounts with logs know of each other, and all of it."""

import os

# synthesizes without AWS accounts, too
ARCHIVE_ACCOUNT = os.environ.get("ARCHIVE_ACCOUNT", "222222222222")
ARCHIVE_REGION = os.environ.get("ARCHIVE_REGION", "us-east-1")
BUCKET_NAME = f"log-archive-{ARCHIVE_ACCOUNT}-{ARCHIVE_REGION}"
ORGANIZATION_ID = os.environ.get("ORGANIZATION_ID", "o-a1b2c3d4e5")
ROLE_NAME_PREFIX = "logs-to-archive-"
# what each account may write: keys of its own, as services make them
KEY_PREFIXES = ["AWSLogs/{account}/"]
