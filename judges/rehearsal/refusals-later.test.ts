import { arnOf, bucket, policy, replication, role } from './plain-resources';
import { plainStack } from './plain-stack';
import { rehearse, rehearseDestroy, rehearseUpdate } from './rehearse';
import { rehearseSecondAttempt } from './rollback';
import type { Resource, StackOfApp } from '../assembly/stacks';

describe('values of other stacks', () => {
  const outputs = { Name: { Value: { Ref: 'Bucket' } } };
  const read = { 'Fn::GetStackOutput': { StackName: 'Producer', OutputName: 'Name' } };
  const imported = { 'Fn::ImportValue': 'name' };
  const producer = (more: any = outputs) => plainStack('Producer', { Bucket: bucket() }, { outputs: more });
  const exporting = { Name: { Value: { Ref: 'Bucket' }, Export: { Name: 'name' } } };
  const consumer = (value: unknown, ...after: string[]) =>
    plainStack('Consumer', { It: bucket({ Tags: [{ Key: 'a', Value: value }] }) }, { after });

  test.each<[string, string, StackOfApp[], StackOfApp[]]>([
    [
      'an output of a stack that may come later',
      'Stack with id Producer does not exist in us-east-1 of account 111111111111',
      [producer(), consumer(read)],
      [producer(), consumer(read, 'Producer')],
    ],
    [
      'an export of a stack that may come later',
      'No export named name found',
      [producer(exporting), consumer(imported)],
      [producer(exporting), consumer(imported, 'Producer')],
    ],
  ])('are refused: %s', (_, words, wrong, right) => {
    expect(rehearse(wrong).refusals).toEqual([`create Consumer/It: ${words}`]);
    expect(rehearse(right).refusals).toEqual([]);
  });

  test('are refused when the app does not have them', () => {
    expect(rehearse([producer({}), consumer(read, 'Producer')]).refusals).toEqual([
      expect.stringMatching(/Producer has no such output$/),
    ]);
  });

  test('in outputs count, too', () => {
    const stack = plainStack('Consumer', {}, { outputs: { It: { Value: read } } });
    expect(rehearse([producer(), stack]).refusals).toEqual([
      expect.stringMatching(/^Consumer: Stack with id Producer/),
    ]);
  });

  test('cannot go while they are imported, but while they are read', () => {
    const strong = rehearse([producer(exporting), consumer(imported, 'Producer')]).state;
    const weak = rehearse([producer(), consumer(read, 'Producer')]).state;
    const words = 'Export name cannot be deleted as it is in use by Consumer';
    expect(rehearseDestroy(strong, { stacks: ['Producer'] }).refusals).toEqual([`Producer: ${words}`]);
    expect(rehearseUpdate(strong, [producer({}), consumer('gone', 'Producer')]).refusals).toEqual([
      `Producer: ${words}`,
    ]);
    expect(rehearseDestroy(strong).refusals).toEqual([]);
    expect(rehearseDestroy(weak, { stacks: ['Producer'] }).refusals).toEqual([]);
  });

  test('are read again only when the stack that reads them has changed', () => {
    const before = rehearse([producer(), consumer(read, 'Producer')]).state;
    const renamed = plainStack('Producer', { Bucket: bucket({ BucketName: 'renamed' }) }, { outputs });
    const value = (state: typeof before) => state.resources.get('Consumer|It')!.properties.Tags[0].Value;
    expect(value(rehearseUpdate(before, [renamed, consumer(read, 'Producer')]).state)).toBe(value(before));

    const touched = consumer(read, 'Producer');
    touched.template.Resources.More = bucket();
    expect(value(rehearseUpdate(before, [renamed, touched]).state)).toBe('renamed');
  });

  test('cross regions through parameters that must have been written', () => {
    const name = '/cdk/exports/Europe/name';
    const writer = {
      Type: 'Custom::CrossRegionExportWriter',
      Properties: { WriterProps: { region: 'eu-west-1', exports: { [name]: { Ref: 'Bucket' } } } },
    };
    const reader = {
      Type: 'Custom::CrossRegionExportReader',
      Properties: { ReaderProps: { region: 'eu-west-1', imports: { [name]: `{{resolve:ssm:${name}}}` } } },
    };
    const us = plainStack('America', { Bucket: bucket(), Writer: writer });
    const europe = (...after: string[]) => plainStack('Europe', { Reader: reader }, { region: 'eu-west-1', after });
    expect(rehearse([us, europe()]).refusals).toEqual([
      `create Europe/Reader: Parameters: [ssm:${name}] cannot be found.`,
    ]);
    const { refusals, state } = rehearse([us, europe('America')]);
    expect(refusals).toEqual([]);
    expect(rehearseUpdate(state, [plainStack('America', { Bucket: bucket() })]).state.parameters.size).toBe(0);
    expect(rehearseDestroy(state).state.parameters.size).toBe(0);
  });
});

describe('later', () => {
  const whole = { Role: role(), Bucket: bucket(replication(arnOf('There'))), There: bucket() };
  const update = (before: Record<string, Resource>, after: Record<string, Resource>) =>
    rehearseUpdate(rehearse([plainStack('App', before)]).state, [plainStack('App', after)]);

  test('versioning is not suspended while there is a replication configuration', () => {
    const words = /^update App\/Bucket: A replication configuration is present on this bucket, so you cannot change/;
    const suspended = bucket({ VersioningConfiguration: { Status: 'Suspended' } });
    expect(update(whole, { ...whole, Bucket: suspended }).refusals).toEqual([expect.stringMatching(words)]);
    expect(update(whole, { ...whole, Bucket: { Type: 'AWS::S3::Bucket' } }).refusals).toEqual([
      expect.stringMatching(words),
    ]);
    expect(update(whole, { ...whole, Bucket: bucket() }).refusals).toEqual([]);
  });

  test('versioning is not suspended with Object Lock', () => {
    const locked = { Bucket: bucket({ ObjectLockEnabled: true }) };
    const suspended = { Bucket: bucket({ VersioningConfiguration: { Status: 'Suspended' } }) };
    expect(update(locked, suspended).refusals).toEqual([
      expect.stringMatching(/An Object Lock configuration is present/),
    ]);
  });

  test('a bucket is not deleted that holds objects', () => {
    const objects = rehearse([plainStack('App', { Bucket: bucket() })], { objects: true }).state;
    expect(rehearseDestroy(objects).refusals).toEqual([
      'delete App/Bucket: The bucket you tried to delete is not empty',
    ]);
  });

  test('a bucket is emptied for good only when nothing replicates into it any more', () => {
    const emptying = (name: string): Resource => ({
      Type: 'Custom::S3AutoDeleteObjects',
      Properties: { BucketName: { Ref: name } },
    });
    const app = (more: Partial<Resource> = {}) =>
      rehearse(
        [
          plainStack('App', {
            ...whole,
            Bucket: bucket(replication(arnOf('There')), more),
            EmptyBucket: emptying('Bucket'),
            EmptyThere: emptying('There'),
          }),
        ],
        { objects: true },
      ).state;
    expect(rehearseDestroy(app()).refusals).toEqual(['delete App/There: The bucket you tried to delete is not empty']);
    expect(rehearseDestroy(app({ DependsOn: ['EmptyThere'] })).refusals).toEqual([]);
  });

  test('a role is not deleted while it has policies from elsewhere', () => {
    const elsewhere = plainStack('Elsewhere', { Policy: policy({ Roles: ['it'] }) }, { after: ['App'] });
    const both = rehearse([plainStack('App', { Role: role({ RoleName: 'it' }) }), elsewhere]).state;
    expect(rehearseDestroy(both, { stacks: ['App'] }).refusals).toEqual([
      'delete App/Role: Cannot delete entity, must delete policies first.',
    ]);
    expect(rehearseDestroy(both).refusals).toEqual([]);
    const managed = { ...policy({ Roles: ['it'] }), Type: 'AWS::IAM::ManagedPolicy' };
    const attached = plainStack('Elsewhere', { Policy: managed }, { after: ['App'] });
    const all = rehearse([plainStack('App', { Role: role({ RoleName: 'it' }) }), attached]).state;
    expect(rehearseDestroy(all, { stacks: ['App'] }).refusals).toEqual([
      'delete App/Role: Cannot delete entity, must detach all policies first.',
    ]);
  });

  test('stacks are destroyed in the order that the app had last', () => {
    const stack = (id: string, name: string, ...after: string[]) =>
      plainStack(id, { Bucket: bucket({ BucketName: name }) }, { after });
    const { state } = rehearse([stack('A', 'one'), stack('B', 'two', 'A')]);
    expect(rehearseDestroy(state).order).toEqual(['B', 'A']);
    const turned = rehearseUpdate(state, [stack('B', 'three'), stack('A', 'one', 'B')]).state;
    expect(rehearseDestroy(turned).order).toEqual(['A', 'B']);
  });

  test('a bucket whose name changes is replaced, and cannot have the name of what is retained', () => {
    const at = (name: string, UpdateReplacePolicy?: string) => ({
      Bucket: bucket({ BucketName: name }, { DeletionPolicy: UpdateReplacePolicy, UpdateReplacePolicy }),
    });
    expect(update(at('one'), at('two')).steps).toEqual(['replace App/Bucket', 'delete App/Bucket']);
    const kept = update(at('one', 'Retain'), at('two', 'Retain'));
    expect(kept.steps).toEqual(['replace App/Bucket', 'retain App/Bucket']);
    expect(rehearseUpdate(kept.state, [plainStack('App', at('one'))]).refusals).toEqual([
      expect.stringMatching(/you already own it\.$/),
    ]);
  });

  test('a bucket that is retained keeps a name in the namespace of its account, and not a name that was made up', () => {
    const refusalsOfSecond = (properties: any) => {
      const app = [plainStack('App', { Bucket: bucket(properties, { DeletionPolicy: 'Retain' }) })];
      return rehearseUpdate(rehearseDestroy(rehearse(app).state).state, app).refusals;
    };
    const BucketNamePrefix = 'data';
    expect(refusalsOfSecond({ BucketNamePrefix, BucketNamespace: 'account-regional' })).toEqual([
      expect.stringMatching(/you already own it\.$/),
    ]);
    expect(refusalsOfSecond({ BucketNamePrefix, BucketNamespace: 'global' })).toEqual([]);
  });

  test.each<[string | undefined, string[]]>([
    [
      'Retain',
      ['create App/Bucket: Your previous request to create the named bucket succeeded and you already own it.'],
    ],
    ['RetainExceptOnCreate', []],
    [undefined, []],
  ])(
    'a second attempt meets what the first one left behind with the deletion policy %s',
    (DeletionPolicy, refusals) => {
      const app = {
        Bucket: bucket({ BucketName: 'one' }, { DeletionPolicy }),
        Other: bucket({}, { DeletionPolicy: 'Retain' }),
      };
      expect(rehearseSecondAttempt([plainStack('App', app)])).toEqual(refusals);
    },
  );
});
