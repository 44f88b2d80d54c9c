import { Physical, partitionOf, physical } from './physical';
import { Resource, StackOfApp, Template } from './stacks';
import { hasUnknown, isStoredElsewhere, memberOf, split, unknownValue, withoutDynamicReferences } from './unknown';

/** A resource as it is in the cloud after the deployment: every value is plain. */
export interface DeployedResource {
  readonly stack: StackOfApp;
  /** The logical id; for one in a nested stack with the id of the nested stack before it, and a dot. */
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Record<string, any>;
  readonly deletionPolicy: string;
  /** What `Ref` gives. */
  readonly physicalId: string;
  /** What `Fn::GetAtt` gives for `Arn`, if it has that. */
  readonly arn: string | undefined;
  /** The same, with its intrinsic functions. */
  readonly declared: Resource;
}

/** A reference to something that the app does not have: CloudFormation would fail there, too. */
export class LostReference extends Error {}

/** One template with what its parameters stand for: a stack, or a nested stack. */
interface Scope {
  readonly stack: StackOfApp;
  readonly prefix: string;
  readonly template: Template;
  readonly parameters: Record<string, any>;
  readonly parent?: Scope;
}

/**
 * What would be in the cloud when all of an app is deployed, with plain values where templates have intrinsic functions.
 *
 * Two of them for the same app give the same names. Conditions are decided; what they leave out is not there.
 */
export class DeployedApp {
  public readonly resources: DeployedResource[] = [];
  private readonly scopes = new Map<string, Scope>();
  private readonly made = new Map<string, Physical>();

  constructor(public readonly stacks: StackOfApp[]) {
    for (const stack of stacks) {
      this.open({ stack, prefix: '', template: stack.template, parameters: {} });
    }
  }

  /**
   * The plain value of something in a stack's template; text that no name is like for what an SSM parameter or a secret
   * has. Throws {@link LostReference}.
   */
  public resolve(stack: StackOfApp, value: unknown, prefix = ''): any {
    return this.plain(this.scopes.get(`${stack.id}|${prefix}`)!, value);
  }

  /** The bucket, role or key with this ARN, if the app has it. */
  public find(arn: string): DeployedResource | undefined {
    return this.resources.find((resource) => resource.arn === arn);
  }

  public ofType(type: string): DeployedResource[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  private open(scope: Scope): void {
    const { stack, prefix, template } = scope;
    this.scopes.set(`${stack.id}|${prefix}`, scope);
    for (const [logicalId, { Type, Properties }] of Object.entries(template.Resources ?? {})) {
      const inner = stack.nested[prefix + logicalId];
      if (Type !== 'AWS::CloudFormation::Stack' || !inner) continue;
      this.open({
        stack,
        prefix: `${prefix}${logicalId}.`,
        template: inner,
        parameters: Properties?.Parameters ?? {},
        parent: scope,
      });
    }
    if (scope.parent) return;
    // everything can refer to everything, so values are made when all scopes of all stacks are there
    if (stack === this.stacks[this.stacks.length - 1]) this.fill();
  }

  private fill(): void {
    for (const scope of this.scopes.values()) {
      for (const [logicalId, declared] of Object.entries(scope.template.Resources ?? {})) {
        if (!this.isThere(scope, declared.Condition)) continue;
        const { id, attributes } = this.physicalOf(scope, logicalId);
        this.resources.push({
          stack: scope.stack,
          logicalId: scope.prefix + logicalId,
          type: declared.Type,
          properties: this.plain(scope, declared.Properties ?? {}),
          deletionPolicy: declared.DeletionPolicy ?? 'Delete',
          physicalId: id,
          arn: Object.keys(attributes).length > 0 ? attributes.Arn : undefined,
          declared,
        });
      }
    }
  }

  private physicalOf(scope: Scope, logicalId: string): Physical {
    const key = `${scope.stack.id}|${scope.prefix}${logicalId}`;
    const resource = scope.template.Resources[logicalId];
    if (!this.made.has(key)) {
      // only what names are made of: other properties may refer back to this resource
      const named = Object.entries(resource.Properties ?? {}).filter(([property]) => NAMES.has(property));
      const names = this.plain(scope, Object.fromEntries(named));
      const { account, region } = scope.stack;
      const place = { account, region, stackName: scope.stack.name };
      this.made.set(key, physical(resource.Type, scope.prefix + logicalId, names, place));
    }
    return this.made.get(key)!;
  }

  private isThere(scope: Scope, condition: string | undefined): boolean {
    return condition === undefined || this.holds(scope, { Condition: condition });
  }

  private holds(scope: Scope, value: any): boolean {
    const [[name, argument]] = Object.entries<any>(value);
    switch (name) {
      case 'Condition': {
        const condition = scope.template.Conditions?.[argument];
        if (condition === undefined) throw lost(scope, value, 'the template has no such condition');
        return this.holds(scope, condition);
      }
      case 'Fn::Equals': {
        // CloudFormation compares text: 3 is '3'
        const [one, other] = argument.map((it: any) => String(this.plain(scope, it)));
        if (one !== other && (hasUnknown(one) || hasUnknown(other))) {
          throw lost(scope, value, 'nobody knows the value before it is deployed');
        }
        return one === other;
      }
      case 'Fn::And':
        return argument.every((it: any) => this.holds(scope, it));
      case 'Fn::Or':
        return argument.some((it: any) => this.holds(scope, it));
      case 'Fn::Not':
        return !this.holds(scope, argument[0]);
      default:
        throw lost(scope, value, 'not a condition');
    }
  }

  private plain(scope: Scope, value: any): any {
    if (Array.isArray(value)) return value.map((it) => this.plain(scope, it)).filter((it) => it !== undefined);
    if (typeof value === 'string') return withoutDynamicReferences(value, scope.stack);
    if (typeof value !== 'object' || value === null) return value;
    const keys = Object.keys(value);
    if (keys.length === 1 && (keys[0] === 'Ref' || keys[0].startsWith('Fn::'))) {
      const made = this.call(scope, keys[0], value[keys[0]]);
      return typeof made === 'string' ? withoutDynamicReferences(made, scope.stack) : made; // of parts, too
    }
    return Object.fromEntries(
      Object.entries(value)
        .map(([key, it]) => [key, this.plain(scope, it)])
        .filter(([, it]) => it !== undefined),
    );
  }

  private call(scope: Scope, name: string, argument: any): any {
    const text = (value: any): string => {
      const plain = this.plain(scope, value);
      if (typeof plain === 'object' || plain === undefined) throw lost(scope, value, 'this is not text');
      return String(plain);
    };
    switch (name) {
      case 'Ref':
        return this.ref(scope, argument);
      case 'Fn::GetAtt': {
        const [logicalId, ...attribute] = typeof argument === 'string' ? argument.split('.') : argument;
        return this.attribute(scope, logicalId, attribute.join('.'));
      }
      case 'Fn::Join':
        return this.plain(scope, argument[1]).map(String).join(argument[0]);
      case 'Fn::Sub': {
        const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
        return template.replace(/\$\{(!?)([^}]+)\}/g, (_: string, literal: string, what: string) => {
          if (literal) return `\${${what}}`;
          if (what in variables) return text(variables[what]);
          return what.includes('.') ? text({ 'Fn::GetAtt': what }) : text({ Ref: what });
        });
      }
      case 'Fn::Select': {
        const chosen = memberOf(this.plain(scope, argument[1]), Number(this.plain(scope, argument[0])));
        if (chosen === undefined) throw lost(scope, { [name]: argument }, 'there are not so many');
        return chosen;
      }
      case 'Fn::Split':
        return split(text(argument[1]), argument[0]);
      case 'Fn::If':
        return this.plain(scope, this.holds(scope, { Condition: argument[0] }) ? argument[1] : argument[2]);
      case 'Fn::FindInMap': {
        const [map, first, second] = argument.map((it: any) => this.plain(scope, it));
        const found = scope.template.Mappings?.[map]?.[first]?.[second];
        if (found === undefined) throw lost(scope, { [name]: argument }, 'the template has no such mapping');
        return found;
      }
      case 'Fn::Base64':
        return Buffer.from(text(argument)).toString('base64');
      case 'Fn::GetAZs':
        return ['a', 'b', 'c'].map((zone) => (text(argument) || scope.stack.region) + zone);
      case 'Fn::ImportValue':
        return this.imported(scope, text(argument));
      case 'Fn::GetStackOutput':
        return this.stackOutput(scope, argument);
      default:
        throw lost(scope, { [name]: argument }, 'this function is not understood here');
    }
  }

  private ref(scope: Scope, name: string): any {
    const { account, region } = scope.stack;
    const { partition, suffix } = partitionOf(region);
    const pseudo: Record<string, any> = {
      'AWS::AccountId': account,
      'AWS::NoValue': undefined,
      'AWS::NotificationARNs': [],
      'AWS::Partition': partition,
      'AWS::Region': region,
      'AWS::StackId': `arn:${partition}:cloudformation:${region}:${account}:stack/${scope.stack.name}/1`,
      'AWS::StackName': scope.stack.name,
      'AWS::URLSuffix': suffix,
    };
    if (name in pseudo) return pseudo[name];
    if (scope.template.Resources[name]) {
      if (!this.isThere(scope, scope.template.Resources[name].Condition)) {
        throw lost(scope, { Ref: name }, 'its condition does not hold');
      }
      return this.physicalOf(scope, name).id;
    }
    const parameter = scope.template.Parameters?.[name];
    const given = scope.parent && name in scope.parameters;
    const value = given ? this.plain(scope.parent!, scope.parameters[name]) : parameter?.Default;
    if (value !== undefined && isStoredElsewhere(parameter?.Type)) {
      const unknown = unknownValue(`ssm:${value}`, scope.stack);
      return isList(parameter?.Type) ? [unknown] : unknown;
    }
    if (value !== undefined) return isList(parameter?.Type) && !Array.isArray(value) ? listed(value) : value;
    throw lost(scope, { Ref: name }, parameter ? 'the parameter has no default' : 'the template has no such resource');
  }

  private attribute(scope: Scope, logicalId: string, attribute: string): any {
    const resource = scope.template.Resources[logicalId];
    const what = { 'Fn::GetAtt': [logicalId, attribute] };
    if (!resource) throw lost(scope, what, 'the template has no such resource');
    if (!this.isThere(scope, resource.Condition)) throw lost(scope, what, 'its condition does not hold');
    const inner = this.scopes.get(`${scope.stack.id}|${scope.prefix}${logicalId}.`);
    if (inner) {
      const output = inner.template.Outputs?.[attribute.replace(/^Outputs\./, '')];
      if (!output || !this.isThere(inner, output.Condition)) {
        throw lost(scope, what, 'the nested stack has no such output');
      }
      return this.plain(inner, output.Value);
    }
    if (resource.Type === 'Custom::CrossRegionExportReader') return this.exported(scope, attribute);
    const value = this.physicalOf(scope, logicalId).attributes[attribute];
    if (value === undefined) throw lost(scope, what, `${resource.Type} has no such attribute`);
    return value;
  }

  /** How aws-cdk-lib hands values to another region without Fn::GetStackOutput: by SSM parameters of custom resources. */
  private exported(scope: Scope, name: string): any {
    for (const writing of this.scopes.values()) {
      for (const { Type, Properties } of Object.values(writing.template.Resources ?? {})) {
        if (Type !== 'Custom::CrossRegionExportWriter' || writing.stack.account !== scope.stack.account) continue;
        const { region, exports } = Properties!.WriterProps;
        if (name in exports && this.plain(writing, region) === scope.stack.region) {
          return this.plain(writing, exports[name]);
        }
      }
    }
    throw lost(scope, name, 'no stack of the app exports it to this region');
  }

  private imported(scope: Scope, name: string): any {
    for (const producer of this.scopes.values()) {
      const { account, region } = producer.stack;
      if (account !== scope.stack.account || region !== scope.stack.region) continue;
      for (const { Value, Export, Condition } of Object.values(producer.template.Outputs ?? {})) {
        if (!Export || !this.isThere(producer, Condition)) continue;
        if (this.plain(producer, Export.Name) === name) return this.plain(producer, Value);
      }
    }
    throw lost(scope, { 'Fn::ImportValue': name }, `no stack in ${scope.stack.region} exports it`);
  }

  private stackOutput(scope: Scope, argument: any): any {
    const { StackName, OutputName, Region: region = scope.stack.region, RoleArn } = this.plain(scope, argument);
    // without a role to read the output with, CloudFormation looks in the account of the stack that refers to it
    const account = RoleArn ? RoleArn.split(':')[4] : scope.stack.account;
    const what = { 'Fn::GetStackOutput': argument };
    const producer = this.stacks.find((it) => it.name === StackName && it.region === region && it.account === account);
    if (!producer) throw lost(scope, what, `the app has no such stack in ${region} of account ${account}`);
    const output = producer.template.Outputs?.[OutputName];
    if (!output || !this.isThere(this.scopes.get(`${producer.id}|`)!, output.Condition)) {
      throw lost(scope, what, `stack ${producer.name} has no such output`);
    }
    return this.resolve(producer, output.Value);
  }
}

const NAMES = new Set([
  ...['BucketName', 'BucketNamePrefix', 'BucketNamespace'],
  ...['RoleName', 'Path', 'ManagedPolicyName', 'AliasName'],
]);

const isList = (type?: string) =>
  type !== undefined && /^(AWS::SSM::Parameter::Value<)?(CommaDelimitedList|List<)/.test(type);
const listed = (value: unknown) =>
  String(value)
    .split(',')
    .map((it) => it.trim());

function lost({ stack }: Scope, value: unknown, why: string): LostReference {
  return new LostReference(`stack ${stack.name} refers to ${JSON.stringify(value)}: ${why}`);
}
