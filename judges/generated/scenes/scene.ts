import { App, aws_kms as kms, aws_s3 as s3, Stack, StackProps } from 'aws-cdk-lib';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { Outside } from '../../access/outside';
import { DeployedApp } from '../../assembly/deployed';
import { ACCOUNT, STRANGER } from '../plan';

export const ORGANIZATION = 'o-a1b2c3d4e5';

/** Where a scene is made: other scenes of the app do not meet it. */
export class Place {
  constructor(
    public readonly app: App,
    /** What its ids and names begin with. */
    public readonly id: string,
    /** Another app, which knows nothing of the first one and is deployed after it. */
    public readonly anotherApp: () => App,
  ) {}

  /** A name that nobody else has. */
  public name(text: string): string {
    return `${this.id.toLowerCase()}-${text}`;
  }

  /** In the usual account and region, where it does not say another one. */
  public stack(id: string, account = ACCOUNT, region = 'us-east-1', props: StackProps = {}): Stack {
    return new Stack(this.app, `${this.id}${id}`, { env: { account, region }, ...props });
  }

  public theirs(id = 'Theirs', region = 'us-east-1'): Stack {
    return this.stack(id, STRANGER, region);
  }
}

/** What is true of the app when a scene is in it, beyond what holds of all apps. */
export interface Made {
  /** How many rules there must be. */
  readonly rules: number;
  /** Keys beyond the default one that objects of a source are encrypted with. */
  readonly sourceKeys?: ReadonlyArray<readonly [s3.IBucketRef, readonly kms.IKeyRef[]]>;
  readonly outside?: Outside;
  /** Whether a role may do more than one source needs: it has others, or what it is for may not be there. */
  readonly mayDoMore?: boolean;
  /** What a warning must say. */
  readonly told?: RegExp;
  /** What else must hold; findings. */
  readonly judge?: (app: DeployedApp, assembly: CloudAssembly) => string[] | Promise<string[]>;
}

type Choices = Readonly<Record<string, ReadonlyArray<string | boolean | number>>>;
type Chosen<C extends Choices> = { readonly [K in keyof C]: C[K][number] };

/** A part of an app as somebody writes it who has this library's README, with what may be chosen in it. */
export interface Scene {
  readonly what: string;
  readonly choices: Choices;
  readonly make: (at: Place, chosen: any) => Made;
  /** What the error must say, where the library must refuse it. */
  readonly refused?: (chosen: any) => RegExp | undefined;
}

export function scene<const C extends Choices>(
  what: string,
  choices: C,
  make: (at: Place, chosen: Chosen<C>) => Made,
  refused?: (chosen: Chosen<C>) => RegExp | undefined,
): Scene {
  return { what, choices, make, refused };
}

/** A key of the user's for a bucket, or none. */
export const keyFor = (stack: Stack, id: string, wanted: boolean) => (wanted ? new kms.Key(stack, id) : undefined);
