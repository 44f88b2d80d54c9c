import { Bucket } from '../../src/handlers/bucket';
import { planned } from '../../src/handlers/configuration';
import type { handler } from '../../src/handlers/put-configuration';

/** The control: reads, merges and writes until S3 takes it, as handlers usually do. It does not look again. */
export const naive: typeof handler = async ({ RequestType, ResponseURL, ResourceProperties: properties }) => {
  const bucket = new Bucket({ Bucket: properties.Bucket, ExpectedBucketOwner: properties.Owner }, 'us-east-1', false);
  const isDelete = RequestType === 'Delete';
  const rules = isDelete ? [] : JSON.parse(properties.Rules);
  const prefixes = [properties.RuleIdPrefix];
  const wanted = { bucket: properties.Bucket, role: properties.Role, isDelete, rules, prefixes };
  for (let isDone = false; !isDone;) {
    const signal = AbortSignal.timeout(1_000);
    isDone = await bucket
      .read(signal)
      .then((there) => planned(there, wanted))
      .then((change) => bucket.write(change, signal))
      .then(
        () => true,
        () => false,
      );
  }
  await fetch(ResponseURL, { method: 'PUT', headers: { 'content-type': '' }, body: '{"Status":"SUCCESS"}' });
};
