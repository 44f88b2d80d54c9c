"""What the two teams know of each other, and all of it."""

import os

SHOP_ACCOUNT = os.environ.get("SHOP_ACCOUNT", "111111111111")  # synthesizes without AWS accounts, too
ROLE_NAME = "shop-events-to-data-lake"
LAKE_ACCOUNT = os.environ.get("LAKE_ACCOUNT", "222222222222")
LAKE_REGION = os.environ.get("LAKE_REGION", "us-east-1")
BUCKET_NAME = f"data-lake-shop-events-{LAKE_ACCOUNT}"
