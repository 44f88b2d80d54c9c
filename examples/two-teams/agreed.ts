const lakeAccount = process.env.LAKE_ACCOUNT ?? '222222222222'; // synthesizes without AWS accounts, too

/** What the two teams know of each other, and all of it. */
export const AGREED = {
  shopAccount: process.env.SHOP_ACCOUNT ?? '111111111111',
  roleName: 'shop-events-to-data-lake',
  lakeAccount,
  lakeRegion: process.env.LAKE_REGION ?? 'us-east-1',
  bucketName: `data-lake-shop-events-${lakeAccount}`,
};
