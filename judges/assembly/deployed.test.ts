import { DeployedApp, LostReference } from './deployed';
import { partitionOf } from './physical';
import { StackOfApp, Template } from './stacks';
import { ACCOUNT } from '../../test/builders';

const OTHER = '222222222222';

function stackOf(name: string, template: Partial<Template>, more: Partial<StackOfApp> = {}): StackOfApp {
  return {
    id: name,
    name,
    account: ACCOUNT,
    region: 'us-east-1',
    after: [],
    templateFile: `${name}.template.json`,
    template: { Resources: {}, ...template },
    paths: {},
    nested: {},
    ...more,
  };
}

/** A value of the first of these stacks. */
const resolve = (value: unknown, ...stacks: StackOfApp[]) => new DeployedApp(stacks).resolve(stacks[0], value);

const MAIN: Partial<Template> = {
  Resources: {
    Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'data' } },
    Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'reader', Path: '/team/' } },
    Managed: { Type: 'AWS::IAM::ManagedPolicy', Properties: { ManagedPolicyName: 'read' } },
    Key: { Type: 'AWS::KMS::Key' },
    Alias: { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/data' } },
    Never: { Type: 'AWS::S3::Bucket', Condition: 'No' },
  },
  Parameters: {
    Name: { Type: 'String', Default: 'param' },
    Names: { Type: 'CommaDelimitedList', Default: 'a, b' },
    Numbers: { Type: 'List<Number>', Default: '1,2' },
    Count: { Type: 'Number', Default: 3 },
    Open: { Type: 'String' },
  },
  Conditions: {
    Yes: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
    No: { 'Fn::Not': [{ Condition: 'Yes' }] },
    Both: { 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'No' }] },
    Either: { 'Fn::Or': [{ Condition: 'No' }, { Condition: 'Yes' }] },
    Three: { 'Fn::Equals': [{ Ref: 'Count' }, '3'] },
    Wrong: { 'Fn::Sub': 'true' },
  },
  Mappings: { Hosts: { 'us-east-1': { name: 'host', list: ['x', 'y'] } } },
};

describe('what a value is once it is deployed', () => {
  const arn = 'arn:aws:s3:::data';
  test.each<[what: string, value: unknown, expected: unknown]>([
    ['text', 'text', 'text'],
    ['number, truth and null', { a: 1, b: true, c: null }, { a: 1, b: true, c: null }],
    ['a key that only looks like a function', { Ref: 'x', other: 1 }, { Ref: 'x', other: 1 }],
    ['Ref to a bucket', { Ref: 'Bucket' }, 'data'],
    ['Ref to a role', { Ref: 'Role' }, 'reader'],
    ['Ref to a managed policy', { Ref: 'Managed' }, `arn:aws:iam::${ACCOUNT}:policy/read`],
    ['Ref to an alias', { Ref: 'Alias' }, 'alias/data'],
    ['Ref to a parameter', { Ref: 'Name' }, 'param'],
    ['Ref to a list of texts', { Ref: 'Names' }, ['a', 'b']],
    ['Ref to a list of numbers', { Ref: 'Numbers' }, ['1', '2']],
    ['GetAtt in a list', { 'Fn::GetAtt': ['Bucket', 'Arn'] }, arn],
    ['GetAtt as text', { 'Fn::GetAtt': 'Bucket.Arn' }, arn],
    ['GetAtt of a role with a path', { 'Fn::GetAtt': ['Role', 'Arn'] }, `arn:aws:iam::${ACCOUNT}:role/team/reader`],
    [
      'GetAtt of another name of the bucket',
      { 'Fn::GetAtt': ['Bucket', 'RegionalDomainName'] },
      'data.s3.us-east-1.amazonaws.com',
    ],
    ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'Bucket' }, 1]] }, 'a-data-1'],
    ['Join of a list parameter', { 'Fn::Join': ['|', { Ref: 'Names' }] }, 'a|b'],
    ['Join without what is not there', { 'Fn::Join': ['-', ['a', { Ref: 'AWS::NoValue' }, 'b']] }, 'a-b'],
    ['Sub', { 'Fn::Sub': 'x-${Bucket}-${Bucket.Arn}-${AWS::Region}' }, `x-data-${arn}-us-east-1`],
    ['Sub of a literal', { 'Fn::Sub': '${!aws:username}/${Name}' }, '${aws:username}/param'],
    ['Sub with variables', { 'Fn::Sub': ['${a}/${Name}', { a: { Ref: 'Bucket' } }] }, 'data/param'],
    ['Sub whose variable hides a resource', { 'Fn::Sub': ['${Bucket}', { Bucket: 'mine' }] }, 'mine'],
    ['Sub whose value has a dollar sign', { 'Fn::Sub': ['${a}', { a: '$&${Bucket}' }] }, '$&${Bucket}'],
    ['Select', { 'Fn::Select': [1, ['a', 'b']] }, 'b'],
    [
      'Select by text, from a Split',
      { 'Fn::Select': ['5', { 'Fn::Split': [':', { 'Fn::Sub': '${Bucket.Arn}' }] }] },
      'data',
    ],
    ['Split', { 'Fn::Split': ['/', 'a/b/'] }, ['a', 'b', '']],
    ['If that holds', { 'Fn::If': ['Yes', { Ref: 'Bucket' }, 'no'] }, 'data'],
    ['If that does not', { 'Fn::If': ['No', { Ref: 'Nobody' }, 'no'] }, 'no'],
    ['And', { 'Fn::If': ['Both', 1, 2] }, 2],
    ['Or', { 'Fn::If': ['Either', 1, 2] }, 1],
    ['Equals of a number and its text', { 'Fn::If': ['Three', 1, 2] }, 1],
    ['NoValue in an object', { a: { Ref: 'AWS::NoValue' }, b: 1 }, { b: 1 }],
    ['NoValue in a list', ['a', { Ref: 'AWS::NoValue' }], ['a']],
    ['NoValue by an If', { a: { 'Fn::If': ['No', 1, { Ref: 'AWS::NoValue' }] } }, {}],
    ['FindInMap', { 'Fn::FindInMap': ['Hosts', { Ref: 'AWS::Region' }, 'name'] }, 'host'],
    ['FindInMap of a list', { 'Fn::FindInMap': ['Hosts', 'us-east-1', 'list'] }, ['x', 'y']],
    ['Base64', { 'Fn::Base64': { Ref: 'Bucket' } }, 'ZGF0YQ=='],
    ['GetAZs', { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }, 'us-east-1a'],
    ['GetAZs of a region', { 'Fn::GetAZs': 'eu-west-1' }, ['eu-west-1a', 'eu-west-1b', 'eu-west-1c']],
    ['NotificationARNs', { Ref: 'AWS::NotificationARNs' }, []],
    ['StackName', { Ref: 'AWS::StackName' }, 'Main'],
    ['StackId', { Ref: 'AWS::StackId' }, `arn:aws:cloudformation:us-east-1:${ACCOUNT}:stack/Main/1`],
  ])('%s', (_, value, expected) => {
    expect(resolve(value, stackOf('Main', MAIN))).toEqual(expected);
  });

  test.each<[what: string, value: unknown, why: string]>([
    ['Ref to nothing', { Ref: 'Nobody' }, 'no such resource'],
    ['Ref to a parameter that somebody has to give', { Ref: 'Open' }, 'no default'],
    ['Ref to what its condition leaves out', { Ref: 'Never' }, 'condition does not hold'],
    ['GetAtt of nothing', { 'Fn::GetAtt': ['Nobody', 'Arn'] }, 'no such resource'],
    ['GetAtt of what a bucket does not have', { 'Fn::GetAtt': ['Bucket', 'Name'] }, 'no such attribute'],
    ['GetAtt of what its condition leaves out', { 'Fn::GetAtt': ['Never', 'Arn'] }, 'condition does not hold'],
    ['Sub of nothing', { 'Fn::Sub': '${Nobody}' }, 'no such resource'],
    ['Sub of an object', { 'Fn::Sub': ['${a}', { a: { b: 1 } }] }, 'not text'],
    ['Select past the end', { 'Fn::Select': [2, ['a', 'b']] }, 'not so many'],
    ['If of no condition', { 'Fn::If': ['Nowhere', 1, 2] }, 'no such condition'],
    ['If of something else', { 'Fn::If': ['Wrong', 1, 2] }, 'not a condition'],
    ['FindInMap of no mapping', { 'Fn::FindInMap': ['Hosts', 'eu-west-1', 'name'] }, 'no such mapping'],
    ['ImportValue of nothing', { 'Fn::ImportValue': 'nobody' }, 'exports it'],
    ['a function that is not known', { 'Fn::Transform': {} }, 'not understood'],
  ])('%s is refused', (_, value, why) => {
    const refused = () => resolve(value, stackOf('Main', MAIN));
    expect(refused).toThrow(LostReference);
    expect(refused).toThrow(why);
    expect(refused).toThrow('stack Main refers to');
  });

  describe('that an SSM parameter or a secret has', () => {
    const name = '/data/bucket';
    const parameter = (Type: string) => ({ Type: `AWS::SSM::Parameter::Value<${Type}>`, Default: name });
    const main = stackOf('Main', {
      Resources: { Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { Ref: 'Stored' } } } },
      Parameters: {
        Stored: parameter('String'),
        Strings: parameter('List<String>'),
        Key: parameter('AWS::EC2::Image::Id'),
      },
      Conditions: {
        Same: { 'Fn::Equals': [{ Ref: 'Stored' }, { Ref: 'Stored' }] },
        Undecided: { 'Fn::Equals': [{ Ref: 'Stored' }, name] },
      },
    });
    const unknown = resolve({ Ref: 'Stored' }, main);

    test.each<[what: string, value: unknown]>([
      ['Ref', { Ref: 'Stored' }],
      ['a list', { 'Fn::Join': [',', { Ref: 'Strings' }] }],
      ['a list of which one is selected', { 'Fn::Select': [3, { Ref: 'Strings' }] }],
      ['a type of another service', { Ref: 'Key' }],
      ['Sub', { 'Fn::Sub': 'arn:aws:s3:::${Stored}' }],
      ['an ARN of which the name is taken', { 'Fn::Select': [5, { 'Fn::Split': [':', { Ref: 'Stored' }] }] }],
      ['the name of a bucket', { 'Fn::GetAtt': ['Bucket', 'Arn'] }],
      ['a dynamic reference', 'arn:aws:s3:::{{resolve:ssm:/data/bucket}}'],
      ['a dynamic reference in a Join', { 'Fn::Join': ['', ['{{resolve:ssm-secure:', '/data/bucket', ':1}}']] }],
      ['a secret', { 'Fn::Sub': '{{resolve:secretsmanager:/data/bucket:SecretString:name::}}' }],
    ])('is not its name: %s', (_, value) => {
      const resolved = resolve(value, main);
      expect(resolved).toMatch(/<[^<>]+ in 111111111111 us-east-1>/);
      expect(resolved).not.toContain(name);
    });

    test('is equal to itself in one place only', () => {
      expect(resolve({ 'Fn::If': ['Same', 1, 2] }, main)).toBe(1);
      expect(resolve('{{resolve:ssm:/data/bucket}}', main)).toBe(unknown);
      expect(resolve('{{resolve:ssm:/data.bucket}}', main)).not.toBe(unknown);
      expect(resolve({ Ref: 'Stored' }, { ...main, region: 'eu-west-1' })).not.toBe(unknown);
      expect(resolve({ Ref: 'Stored' }, { ...main, account: OTHER })).not.toBe(unknown);
    });

    test('decides no condition', () => {
      expect(() => resolve({ 'Fn::If': ['Undecided', 1, 2] }, main)).toThrow('before it is deployed');
    });

    test('leaves what is known around it', () => {
      const select = (index: number, text: string) => ({
        'Fn::Select': [index, { 'Fn::Split': ['/', { 'Fn::Sub': text }] }],
      });
      expect(resolve(select(0, 'a/${Stored}/b'), main)).toBe('a');
      expect(resolve(select(1, 'a/${Stored}/b'), main)).toBe(unknown);
      expect(resolve(select(2, 'a/${Stored}/b'), main)).toBe(unknown);
      expect(resolve({ 'Fn::Select': [1, [{ Ref: 'Stored' }, 'b']] }, main)).toBe('b');
      expect(resolve('{{resolve:nothing}} {{literal}}', main)).toBe('{{resolve:nothing}} {{literal}}');
    });

    test('is what a nested stack is given', () => {
      const nested = { Nested: { Resources: {}, Parameters: { Given: parameter('String') } } };
      const Resources = {
        Nested: { Type: 'AWS::CloudFormation::Stack', Properties: { Parameters: { Given: 'known' } } },
      };
      const app = new DeployedApp([stackOf('Main', { Resources }, { nested })]);
      expect(app.resolve(app.stacks[0], { Ref: 'Given' }, 'Nested.')).toMatch(/^<ssm%3Aknown in/);
    });
  });

  test.each([
    ['us-east-1', 'aws', 'amazonaws.com'],
    ['cn-north-1', 'aws-cn', 'amazonaws.com.cn'],
    ['us-gov-west-1', 'aws-us-gov', 'amazonaws.com'],
    ['eusc-de-east-1', 'aws-eusc', 'amazonaws.eu'],
  ])('pseudo parameters and ARNs in %s', (region, partition, suffix) => {
    const stack = stackOf('Main', MAIN, { region, account: OTHER });
    const value = { 'Fn::Sub': '${AWS::Partition} ${AWS::URLSuffix} ${AWS::Region} ${AWS::AccountId} ${Bucket.Arn}' };
    expect(resolve(value, stack)).toBe(`${partition} ${suffix} ${region} ${OTHER} arn:${partition}:s3:::data`);
    expect(resolve({ 'Fn::GetAtt': ['Key', 'Arn'] }, stack)).toMatch(
      new RegExp(`^arn:${partition}:kms:${region}:${OTHER}:key/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`),
    );
    expect(partitionOf(region)).toEqual({ partition, suffix });
  });
});

describe('what is there', () => {
  const app = () => new DeployedApp([stackOf('Main', MAIN), stackOf('Main', MAIN, { id: 'Far', region: 'eu-west-1' })]);

  test('leaves out what its condition leaves out', () => {
    const ids = (region: string) =>
      app()
        .ofType('AWS::S3::Bucket')
        .filter(({ stack }) => stack.region === region)
        .map(({ logicalId }) => logicalId);
    expect(ids('us-east-1')).toEqual(['Bucket']);
    expect(ids('eu-west-1')).toEqual(['Bucket', 'Never']);
  });

  test('has the same names each time, and different ones for each stack', () => {
    const keys = () =>
      app()
        .ofType('AWS::KMS::Key')
        .map(({ arn }) => arn);
    expect(keys()).toEqual(keys());
    expect(new Set(keys()).size).toBe(2);
  });

  test('is found by its ARN, with plain properties and its deletion policy', () => {
    const template: Partial<Template> = {
      Resources: {
        Log: {
          Type: 'AWS::S3::Bucket',
          DeletionPolicy: 'Retain',
          Properties: { BucketName: { 'Fn::Sub': 'log-${AWS::AccountId}' }, Tags: [{ Ref: 'AWS::NoValue' }] },
        },
        Queue: { Type: 'AWS::SQS::Queue' },
      },
    };
    const deployed = new DeployedApp([stackOf('Main', template)]);
    expect(deployed.find(`arn:aws:s3:::log-${ACCOUNT}`)).toMatchObject({
      logicalId: 'Log',
      physicalId: `log-${ACCOUNT}`,
      deletionPolicy: 'Retain',
      properties: { BucketName: `log-${ACCOUNT}`, Tags: [] },
      declared: template.Resources!.Log,
    });
    expect(deployed.ofType('AWS::SQS::Queue')).toMatchObject([{ arn: undefined, deletionPolicy: 'Delete' }]);
    expect(deployed.find('arn:aws:s3:::nobody')).toBeUndefined();
  });

  test.each<[string, Record<string, any>, string | RegExp]>([
    [
      'in the namespace of its account and region',
      { BucketNamePrefix: { 'Fn::Sub': '${AWS::StackName}' }, BucketNamespace: 'account-regional' },
      `Main-${ACCOUNT}-us-east-1-an`,
    ],
    ['with a prefix for all', { BucketNamePrefix: 'data', BucketNamespace: 'global' }, /^data-[0-9a-f]{12}$/],
    ['with a prefix alone', { BucketNamePrefix: 'data' }, /^data-[0-9a-f]{12}$/],
  ])('a bucket has its name %s', (_, Properties, name) => {
    const Resources = { Log: { Type: 'AWS::S3::Bucket', Properties } };
    const [{ physicalId }] = new DeployedApp([stackOf('Main', { Resources })]).resources;
    expect(physicalId).toMatch(name);
  });

  test('may refer to each other in a circle of properties, when names are known', () => {
    const Resources = {
      A: { Type: 'AWS::S3::Bucket', Properties: { Peer: { 'Fn::GetAtt': ['B', 'Arn'] } } },
      B: { Type: 'AWS::S3::Bucket', Properties: { Peer: { 'Fn::GetAtt': ['A', 'Arn'] } } },
    };
    const [a, b] = new DeployedApp([stackOf('Main', { Resources })]).resources;
    expect([a.properties.Peer, b.properties.Peer]).toEqual([b.arn, a.arn]);
  });

  test('generated bucket names are ones that S3 takes', () => {
    const name = `A${'VeryLong'.repeat(20)}`;
    const Resources = { [name]: { Type: 'AWS::S3::Bucket' }, B: { Type: 'AWS::S3::Bucket' } };
    for (const { physicalId } of new DeployedApp([stackOf('Stack', { Resources })]).resources) {
      expect(physicalId).toMatch(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);
    }
  });
});

describe('what another stack gives', () => {
  const bucketArn = { Value: { 'Fn::GetAtt': ['Bucket', 'Arn'] } };
  const exporting = { Outputs: { Arn: { ...bucketArn, Export: { Name: { 'Fn::Sub': '${AWS::StackName}:arn' } } } } };
  const Resources = {
    Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { 'Fn::Sub': 'in-${AWS::Region}' } } },
  };
  const producer = (more: Partial<StackOfApp> = {}, template: Partial<Template> = exporting) =>
    stackOf('Producer', { Resources, ...template }, { id: `Producer ${more.region} ${more.account}`, ...more });
  const consumer = stackOf('Consumer', {});
  const imported = { 'Fn::ImportValue': { 'Fn::Join': [':', ['Producer', 'arn']] } };

  test('ImportValue: by an export of the same account and region', () => {
    expect(resolve(imported, consumer, producer({ region: 'eu-west-1' }), producer())).toBe(
      'arn:aws:s3:::in-us-east-1',
    );
  });

  test.each([
    ['another region', { region: 'eu-west-1' }],
    ['another account', { account: OTHER }],
  ])('ImportValue: not of %s', (_, place) => {
    expect(() => resolve(imported, consumer, producer(place))).toThrow(LostReference);
  });

  const output = (more: object = {}) => ({
    'Fn::GetStackOutput': { StackName: 'Producer', OutputName: 'Arn', ...more },
  });
  const role = `arn:aws:iam::${OTHER}:role/reader`;
  const everywhere = [
    producer(),
    producer({ region: 'eu-west-1' }),
    producer({ account: OTHER, region: 'ap-south-1' }),
    producer({ account: OTHER, region: 'us-east-1' }, { Outputs: { Arn: { Value: 'of the other account' } } }),
  ];
  test.each([
    ['of the own region', output(), 'arn:aws:s3:::in-us-east-1'],
    ['of another region', output({ Region: 'eu-west-1' }), 'arn:aws:s3:::in-eu-west-1'],
    ['of another account', output({ RoleArn: role }), 'of the other account'],
    ['of another account and region', output({ RoleArn: role, Region: 'ap-south-1' }), 'arn:aws:s3:::in-ap-south-1'],
    [
      'by names that have to be resolved',
      output({ RoleArn: { 'Fn::Sub': `arn:\${AWS::Partition}:iam::${OTHER}:role/reader` } }),
      'of the other account',
    ],
  ])('GetStackOutput: %s', (_, value, expected) => {
    expect(resolve(value, consumer, ...everywhere)).toBe(expected);
  });

  test.each([
    ['no such stack', output({ StackName: 'Nobody' }), 'no such stack in us-east-1 of account 111111111111'],
    ['no such output', output({ OutputName: 'Nothing' }), 'stack Producer has no such output'],
    ['not in that region', output({ Region: 'ap-south-1' }), 'no such stack in ap-south-1'],
    [
      'not in that account',
      output({ RoleArn: role, Region: 'eu-west-1' }),
      `no such stack in eu-west-1 of account ${OTHER}`,
    ],
  ])('GetStackOutput: %s', (_, value, why) => {
    const refused = () => resolve(value, consumer, ...everywhere);
    expect(refused).toThrow(LostReference);
    expect(refused).toThrow(why);
  });

  test.each([
    ['ImportValue', imported],
    ['GetStackOutput', output()],
  ])('%s: not what a condition leaves out', (_, value) => {
    const Conditions = { No: { 'Fn::Equals': [1, 2] } };
    const Outputs = { Arn: { ...exporting.Outputs.Arn, Condition: 'No' } };
    expect(() => resolve(value, consumer, producer({}, { Outputs, Conditions }))).toThrow(LostReference);
  });

  const writer = (region: string, value: string, account = ACCOUNT) =>
    stackOf(
      `Writer${region}${account}`,
      {
        Resources: {
          Writer: {
            Type: 'Custom::CrossRegionExportWriter',
            Properties: { WriterProps: { region, exports: { '/cdk/exports/Consumer/Arn': { 'Fn::Sub': value } } } },
          },
        },
      },
      { region: 'eu-west-1', account },
    );
  const reading = stackOf('Consumer', { Resources: { Reader: { Type: 'Custom::CrossRegionExportReader' } } });
  const read = { 'Fn::GetAtt': ['Reader', '/cdk/exports/Consumer/Arn'] };

  test('what the custom resource of aws-cdk-lib writes to this region and account', () => {
    const others = [writer('ap-south-1', 'wrong region'), writer('us-east-1', 'wrong account', OTHER)];
    expect(resolve(read, reading, ...others, writer('us-east-1', '${AWS::Region}'))).toBe('eu-west-1');
    expect(() => resolve(read, reading, ...others)).toThrow(LostReference);
  });
});

describe('nested stacks', () => {
  const nested = (Parameters: object) => ({ Type: 'AWS::CloudFormation::Stack', Properties: { Parameters } });
  const bucketNamed = { Type: 'AWS::S3::Bucket', Properties: { BucketName: { 'Fn::Sub': '${Prefix}-inner' } } };
  const arnOf = (id: string) => ({ Value: { 'Fn::GetAtt': [id, 'Arn'] } });
  const stack = stackOf(
    'Main',
    {
      Resources: {
        Top: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'top' } },
        In: nested({ Prefix: { Ref: 'Top' } }),
      },
    },
    {
      nested: {
        In: {
          Parameters: { Prefix: { Type: 'String', Default: 'unused' } },
          Resources: { Bucket: bucketNamed, Deeper: nested({ Prefix: { 'Fn::Sub': '${Prefix}-2' } }) },
          Outputs: { Arn: arnOf('Bucket'), Deep: { Value: { 'Fn::GetAtt': ['Deeper', 'Outputs.Arn'] } } },
        },
        'In.Deeper': {
          Parameters: { Prefix: { Type: 'String' } },
          Resources: { Bucket: bucketNamed },
          Outputs: { Arn: arnOf('Bucket') },
        },
      },
    },
  );

  test('get parameters, and give outputs', () => {
    expect(resolve({ 'Fn::GetAtt': ['In', 'Outputs.Arn'] }, stack)).toBe('arn:aws:s3:::top-inner');
    expect(resolve({ 'Fn::GetAtt': 'In.Outputs.Deep' }, stack)).toBe('arn:aws:s3:::top-2-inner');
    expect(resolve({ 'Fn::Sub': '${In.Outputs.Arn}/*' }, stack)).toBe('arn:aws:s3:::top-inner/*');
  });

  test('have their resources in the app, under the ids of all stacks above', () => {
    const deployed = new DeployedApp([stack]);
    expect(deployed.resources.map(({ logicalId, physicalId }) => [logicalId, physicalId])).toEqual([
      ['Top', 'top'],
      ['In', expect.stringMatching(/^arn:aws:cloudformation:us-east-1:/)],
      ['In.Bucket', 'top-inner'],
      ['In.Deeper', expect.stringMatching(/^arn:aws:cloudformation:us-east-1:/)],
      ['In.Deeper.Bucket', 'top-2-inner'],
    ]);
    expect(deployed.resolve(stack, { Ref: 'Prefix' }, 'In.Deeper.')).toBe('top-2');
  });

  test('an output that is not there is lost', () => {
    expect(() => resolve({ 'Fn::GetAtt': ['In', 'Outputs.None'] }, stack)).toThrow(
      'the nested stack has no such output',
    );
  });
});
