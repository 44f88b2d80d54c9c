import { silenced, Templates } from './templates';
import { changes, docstrings, harm, saysThatChangesHurt } from './updates';

silenced();

describe('the judges of this file', () => {
  const before = { App: { Resources: { Data: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'a' } } } } };
  const withBucket = (bucket: object) => ({
    App: { Resources: { Data: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'a' }, ...bucket } } },
  });

  test.each<[string, Templates, Templates, string[]]>([
    [
      'a name that changes',
      before,
      withBucket({ Properties: { BucketName: 'b' } }),
      ['WILL_REPLACE AWS::S3::Bucket Data'],
    ],
    ['a name that appears', withBucket({ Properties: {} }), before, ['WILL_REPLACE AWS::S3::Bucket Data']],
    [
      'Object Lock that is switched on',
      before,
      withBucket({ Properties: { BucketName: 'a', ObjectLockEnabled: true } }),
      ['WILL_REPLACE AWS::S3::Bucket Data'],
    ],
    [
      'another logical id',
      before,
      { App: { Resources: { Date: before.App.Resources.Data } } },
      ['WILL_DESTROY AWS::S3::Bucket Data'],
    ],
    [
      'a retained bucket that leaves',
      withBucket({ DeletionPolicy: 'Retain' }),
      { App: { Resources: {} } },
      ['WILL_ORPHAN AWS::S3::Bucket Data'],
    ],
    ['a stack that leaves', before, {}, ['stack App is no longer in the app']],
    [
      'a property that is updated in place',
      before,
      withBucket({ Properties: { BucketName: 'a', VersioningConfiguration: { Status: 'Enabled' } } }),
      [],
    ],
    ['a new resource', before, { App: { Resources: { ...before.App.Resources, Key: { Type: 'AWS::KMS::Key' } } } }, []],
  ])('harm: %s', (_, was, is, expected) => {
    expect(harm(was, is)).toEqual(expected);
  });

  test('changes: all of them', () => {
    expect(
      changes(before, {
        App: { Resources: { Key: { Type: 'AWS::KMS::Key' } }, Outputs: { Name: { Value: 'a' } } },
        Eu: {},
      }),
    ).toEqual(['+ AWS::KMS::Key Key', '+ outputs Name', '+ stack Eu', '- AWS::S3::Bucket Data']);
    expect(changes(before, withBucket({ Properties: { BucketName: 'b' }, DependsOn: ['Role'] }))).toEqual([
      '~ AWS::S3::Bucket Data.BucketName',
      '~ AWS::S3::Bucket Data.DependsOn',
    ]);
    expect(changes(before, before)).toEqual([]);
  });

  test('docstrings: of every prop', () => {
    const found = docstrings('ReplicatedBucketPairProps');
    expect(Object.keys(found)).toContain('destinationRegion');
    expect(saysThatChangesHurt(found.destinationRegion)).toBe(true);
    expect(saysThatChangesHurt(found.removalPolicy)).toBe(false);
    expect(saysThatChangesHurt('The source bucket. Versioning is switched on.')).toBe(false);
  });
});
