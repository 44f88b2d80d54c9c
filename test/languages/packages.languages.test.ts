import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { App, installApp, programOf } from './app';
import { Assembly } from './assembly';
import { build, Packages, ROOT } from './build';
import { OTHERS, TYPESCRIPT } from './languages';
import { run } from './run';

let directory: string;
let packages: Packages;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'languages-'));
  packages = build(join(directory, 'dist'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const print = (...command: string[]) => run(command, { cwd: ROOT });
const read = (file: string) => JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
const types: Array<{ name: string; kind: string; abstract?: boolean }> = Object.values(read('.jsii').types);
const classes = types.filter(({ kind, abstract }) => kind === 'class' && !abstract).map(({ name }) => name);

describe('packages', () => {
  const filesOf = (tarball: string) => print('tar', '-tzf', tarball).trim().split('\n').sort();
  const inTarball = (file: string) => print('tar', '-xzOf', packages.npm, `package/${file}`);
  const WANTED = /^package\/(LICENSE|NOTICE|(README|API|CHANGELOG)\.md|package\.json|\.jsii|lib\/.+\.(js|d\.ts))$/;
  const UNWANTED = /\.test\.|\/(test|tests|__tests__|__snapshots__)\//;
  const surplus = (files: string[]) => files.filter((file) => !WANTED.test(file) || UNWANTED.test(file));
  const withMaps = (code: Record<string, string>) =>
    Object.keys(code).filter((file) => /^\/\/[#@] sourceMappingURL=/m.test(code[file]));

  test('the tarball has the library, its documentation, and nothing else', () => {
    const files = filesOf(packages.npm);
    expect(surplus(files)).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(['package/LICENSE', 'package/README.md', 'package/lib/index.d.ts']));
    expect(statSync(packages.npm).size).toBeLessThanOrEqual(500_000);
  });

  test('its code has no source maps', () => {
    const code = filesOf(packages.npm).filter((file) => file.endsWith('.js'));
    expect(code).toContain('package/lib/index.js');
    expect(withMaps(Object.fromEntries(code.map((file) => [file, inTarball(file.slice('package/'.length))])))).toEqual(
      [],
    );
  });

  test('a surplus file and a source map would be found', () => {
    const more = [
      'package/test/app.js',
      'package/lib/rules.test.js',
      'package/lib/test/app.js',
      'package/lib/rules.js.map',
      'package/src/index.ts',
      'package/examples/app.ts',
      'package/docs/architecture.svg',
      'package/lib/picture.png',
      'package/tsconfig.json',
      'package/.npmrc',
    ];
    expect(surplus([...more, 'package/lib/rules.js', 'package/.jsii'])).toEqual(more);
    const maps = {
      inside: 'x();\n//# sourceMappingURL=data:application/json;base64,e30=',
      beside: '//# sourceMappingURL=a.js.map',
    };
    expect(withMaps({ ...maps, none: "const words = '//# sourceMappingURL=';" })).toEqual(['inside', 'beside']);
  });

  test('Construct Hub finds what it needs', () => {
    const { name, version, license, keywords } = JSON.parse(inTarball('package.json'));
    expect(JSON.parse(inTarball('.jsii'))).toMatchObject({ name, version, license });
    expect({ license, keywords }).toEqual({ license: 'Apache-2.0', keywords: expect.arrayContaining(['aws-cdk']) });
  });

  test('each other package carries the same library', () => {
    const unzip = (archive: string, file: string) => {
      const script =
        'import hashlib, sys, zipfile; print(hashlib.sha256(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2])).hexdigest())';
      return print('python3', '-c', script, archive, file).trim();
    };
    const hash = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
    const tarball = 'cdk-s3-replication@0.0.0.jsii.tgz';
    const carried = {
      python: unzip(packages.wheel, `cdk_s3_replication/_jsii/${tarball}`),
      java: unzip(packages.jar, `io/github/cdks3replication/${tarball}`),
      go: hash(join(packages.go, 'jsii/cdk-s3-replication-0.0.0.tgz')),
      dotnet: hash(join(packages.dotnet, 'cdk-s3-replication-0.0.0.tgz')),
    };
    const library = hash(packages.npm);
    expect(carried).toEqual({ python: library, java: library, go: library, dotnet: library });
  });

  test('the C# that is generated has every public type', () => {
    const made = readdirSync(join(packages.dotnet, 'CdkS3Replication'));
    expect(made).toEqual(expect.arrayContaining(types.map(({ name }) => `${name}.cs`)));
    expect(readdirSync(packages.dotnet)).toContain('CdkS3Replication.csproj');
  });
});

describe('apps', () => {
  let context: object;
  let expected: Assembly;
  beforeAll(() => {
    const app = installApp(TYPESCRIPT, packages, directory);
    context = {
      ...JSON.parse(
        readFileSync(join(app.directory, 'node_modules/aws-cdk-lib/recommended-feature-flags.json'), 'utf8'),
      ),
      'aws:cdk:enable-path-metadata': true,
      'aws:cdk:version-reporting': false, // analytics tell the language
    };
    expected = app.synthesize(context);
  });

  test('TypeScript: two regions and two accounts with KMS, and logs', () => {
    const replicating = Object.keys(expected.templates).filter((name) =>
      JSON.stringify(expected.templates[name]).includes('"ReplicaKmsKeyID"'),
    );
    expect(replicating).toEqual(['Orders.template.json', 'Production.template.json']);
    const environments = Object.entries(expected.stacks).map(([stack, { environment }]) => [stack, environment]);
    expect(Object.fromEntries(environments)).toEqual({
      Global: 'aws://111111111111/us-east-1',
      GlobalReplicaStackeuwest157726E2B: 'aws://111111111111/eu-west-1',
      GlobalReplicaStackeuwest211BB8C70: 'aws://111111111111/eu-west-2',
      Orders: 'aws://111111111111/us-east-1',
      OrdersMonitoringStackeuwest1DA6637FD: 'aws://111111111111/eu-west-1',
      OrdersReplicaStackeuwest10479E6E4: 'aws://111111111111/eu-west-1',
      Production: 'aws://111111111111/us-east-1',
      Backup: 'aws://222222222222/eu-west-1',
      Shared: 'aws://222222222222/us-east-1',
      Logs: 'aws://111111111111/us-east-1',
      Branch: 'aws://222222222222/us-east-1',
    });
    expect(expected.libraries).toEqual(['aws-cdk-lib@2.263.0', 'cdk-s3-replication@0.0.0', 'constructs@10.8.1']);
  });

  test.each([TYPESCRIPT, ...OTHERS])('$name uses every construct', (language) => {
    const program = programOf(language);
    const unused = (names: string[]) => names.filter((it) => !new RegExp(`\\b(New)?${it}(?![A-Za-z])`).test(program));
    expect(unused(classes)).toEqual([]);
    expect(unused(['ReplicatedBucketPai', 'BucketPair'])).toHaveLength(2);
  });

  describe.each(OTHERS)('$name', (language) => {
    let app: App;
    beforeAll(() => (app = installApp(language, packages, directory)));

    test('synthesizes what TypeScript does', () => {
      expect(app.synthesize(context)).toEqual(expected);
    });

    test('a changed app is seen to differ, where it was changed', () => {
      const changes = { 'orders/': 'others/', Offsite: 'Elsewhere', shop: 'store', management: 'security' };
      const { templates } = app.synthesize(context, changes);
      const differing = Object.keys(expected.templates).filter(
        (it) => !isDeepStrictEqual(templates[it], expected.templates[it]),
      );
      expect(differing.map((it) => it.split('.')[0])).toEqual([
        ...['Backup', 'Branch', 'Logs', 'Orders'],
        ...['OrdersMonitoringStackeuwest1DA6637FD', 'OrdersReplicaStackeuwest10479E6E4', 'Production'],
      ]);
    });

    test('a mistake is told in our words', () => {
      expect(() => app.synthesize(context, { 'orders/': 'o'.repeat(1025) })).toThrow(
        /\[ReplicationFilter\] a prefix of 1025 bytes.*at most 1,024 bytes/,
      );
    });
  });
});
