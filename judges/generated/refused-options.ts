import { Meaning } from './meaning';
import { PairStep, RuleOptionsPlan, Text } from './plan';

export const PARTITION = (region: string) =>
  region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-replicationdestination.html */
export const STORAGE_CLASSES = new Set(
  'DEEP_ARCHIVE GLACIER GLACIER_IR INTELLIGENT_TIERING ONEZONE_IA REDUCED_REDUNDANCY STANDARD STANDARD_IA'.split(' '),
);

const textOf = (it: Text) => (typeof it === 'string' ? it : undefined);

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationRule.html */
export function optionReasons(options: RuleOptionsPlan): string[] {
  const { ruleId, priority, filter, storageClass } = options;
  const reasons: string[] = [];
  const id = ruleId === undefined ? undefined : textOf(ruleId);
  if (id !== undefined && !/^[ -~]{1,255}$/.test(id)) reasons.push('the id is not 1 to 255 ASCII characters');
  if (priority !== undefined && !(Number.isInteger(priority) && priority >= 0 && priority < 2 ** 31)) {
    reasons.push('the priority is not one');
  }
  const prefix = filter?.prefix === undefined ? undefined : textOf(filter.prefix);
  if (prefix !== undefined && Buffer.byteLength(prefix) > 1024) reasons.push('the prefix is too long');
  if (filter?.tags) {
    const { tags } = filter;
    const badTag = ([key, value]: readonly [string, Text]) =>
      key.startsWith('aws:') || key.length < 1 || key.length > 128 || (textOf(value) ?? '').length > 256;
    if (tags.length < 1 || tags.length > 10) reasons.push('not 1 to 10 tags');
    if (tags.some(badTag)) reasons.push('a tag that no object can have');
    if (options.deleteMarkerReplication) reasons.push('delete markers with tags');
  }
  if (storageClass !== undefined && !STORAGE_CLASSES.has(storageClass)) reasons.push('the storage class');
  if (options.replicationTimeControl && options.metrics === false) reasons.push('RTC without metrics');
  return reasons;
}

/** What the documentation of the pair's properties excludes. */
export function pairReasons(step: PairStep, meaning: Meaning): string[] {
  const { source, destination, destinationRegion, destinationStack } = step;
  const reasons: string[] = [];
  const when = (refused: unknown, because: string) => refused && reasons.push(because);
  const created = [
    step.encryption,
    step.keepEncryptionKeys || undefined,
    step.removal,
    step.autoDeleteObjects || undefined,
    step.objectLockEnabled || undefined,
    step.retention || undefined,
  ].some((it) => it !== undefined);
  const settings = destinationRegion ?? destinationStack ?? step.destinationOptions;
  when(destination !== undefined && settings !== undefined, 'a destination that is given and described');
  when(destinationRegion !== undefined && destinationStack !== undefined, 'a region and a stack');
  when(source !== undefined && step.sourceOptions, 'a source that is given and described');
  when(source !== undefined && destination !== undefined && created, 'nothing is created');
  when(step.encryption === 'KMS managed' || step.encryption === 'DSSE', 'this encryption is not offered');
  when(step.autoDeleteObjects && step.removal !== 'destroy', 'a retained bucket would be emptied');
  when(step.retention && step.objectLockEnabled === false, 'a retention without Object Lock');
  const [from, to] = (['Source', 'Destination'] as const).map((end) => meaning.buckets.get(`${step.id}.${end}`)!);
  const locked = (!source && from.locked) || (!destination && to.locked);
  when(step.autoDeleteObjects && locked, 'what is locked cannot be emptied');
  const [one, other] = [step.sourceOptions?.name, step.destinationOptions?.name];
  when(one === 'shared' && other === 'shared', 'one name for two buckets');

  if (destinationRegion !== undefined) {
    when(from.place.region === undefined, 'the region of the source is not known');
    when(!/^[a-z]{2,}(-[a-z]+)+-\d+$/.test(destinationRegion), 'a region that is none');
    when(from.place.region === destinationRegion, 'another region that is the same');
    const partition = from.place.region && PARTITION(from.place.region);
    when(partition && partition !== PARTITION(destinationRegion), 'a region of another partition');
  }
  for (const [end, options] of [
    [from, step.sourceOptions],
    [to, step.destinationOptions],
  ] as const) {
    const region = end.place.region;
    const key = options?.encryptionKey === undefined ? undefined : meaning.keys.get(options.encryptionKey);
    const logs = options?.logsTo === undefined ? undefined : meaning.buckets.get(options.logsTo);
    when(key?.problem === 'alias', 'an alias as the key');
    when(key?.region && region && key.region !== region, 'a key of another region');
    when(logs?.place.region && region && logs.place.region !== region, 'access logs to another region');
  }
  return reasons;
}
