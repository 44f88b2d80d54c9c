"""What the two apps know of each other."""

import os

ACCOUNT = os.environ.get("CDK_DEFAULT_ACCOUNT", "111111111111")  # synthesizes without an AWS account, too
REGION = os.environ.get("CDK_DEFAULT_REGION", "us-east-1")
UPLOADS = f"uploads-2019-{ACCOUNT}"
