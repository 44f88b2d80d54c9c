import { constants } from 'node:os';
import { Deployed, deployExample } from '../../judges/local-aws/arrivals';
import { LocalAws, startLocalAws } from '../../judges/local-aws/server';
import { makePython, PythonEnvironment } from '../../judges/python/environment';
import { inLocalOrganization } from '../../test/examples/local-organization';

/** What the demo has of Python: all of it, or the reason why not. */
export type Python = { readonly environment: PythonEnvironment } | { readonly missing: string };

/** Finds or makes the Python environment; a machine without Python still sees the rest of the demo. */
export function preparePython(tell: (progress: string) => void): Python {
  try {
    return { environment: makePython(tell) };
  } catch (error) {
    const why = (error as Error).message.split('\n').slice(-1)[0];
    return { missing: `the local AWS and cfn-lint, which need Python: ${why}` };
  }
}

/** Deploys examples to one local AWS, two at a time, which is started when it is needed first. */
export class Deployments {
  private server?: Promise<LocalAws>;
  private readonly running: Array<Promise<unknown>> = [];

  private signal?: NodeJS.Signals;

  constructor(private readonly tell: (progress: string) => void) {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (this.signal) return; // npm and the shell both send it
        this.signal = signal;
        console.log(`\n${signal}: stopping what was started`);
        void this.stop().finally(() => process.exit(128 + constants.signals[signal]));
      });
    }
  }

  /** Whether this process is about to end because of a signal. */
  public get interrupted(): boolean {
    return this.signal !== undefined;
  }

  /** Begins at once, and gives what became of the app and its objects in the end. */
  public begin(environment: PythonEnvironment, name: string, assemblies: string[]): Promise<Deployed> {
    this.server ??= startLocalAws({ patience: 2000, environment });
    const before = this.running.at(-2) ?? Promise.resolve();
    const deployed = before
      .then(() => this.server!)
      .then(async (aws) =>
        deployExample(aws, { name, assemblies: await inLocalOrganization(aws, assemblies), tell: this.tell }),
      );
    this.running.push(deployed.catch(() => {}));
    return deployed;
  }

  /** Ends the server and all that runs against it. */
  public async stop(): Promise<void> {
    const server = await this.server?.catch(() => undefined);
    await server?.stop();
  }
}
