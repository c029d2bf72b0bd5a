import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A machine with one network card and an address of its own. */
export interface LabHost {
  readonly address: string;
  /** Put in front of a command, to run it there. */
  readonly wrapper: readonly [string, ...string[]];
  /** Runs a shell script there. @returns its output. @throws Error when it fails. */
  run(script: string): string;
  /** Lets nothing get from here to another machine any more. What is on its way there is lost, as by a cut cable. */
  cut(other: LabHost): void;
  /** Takes {@link cut} back. */
  rejoin(other: LabHost): void;
}

/** Why there can be no lab here, or `undefined`: network namespaces that are linked take root. */
export const whyNoNetworkLab = (): string | undefined =>
  spawnSync('unshare', ['-n', 'ip', 'link', 'add', 'br0', 'type', 'bridge']).status === 0
    ? undefined
    : 'no network namespaces, which take root and iproute2';

/**
 * Machines on a switch, made of network namespaces without a name: the kernel removes one when its last process has ended, and the
 * process that keeps it ends with this one. Nothing of it is in the machine's own network.
 */
export class NetworkLab {
  readonly #switch: Namespace;
  readonly #hosts: Namespace[] = [];

  private constructor(aSwitch: Namespace) {
    this.#switch = aSwitch;
  }

  static async create(): Promise<NetworkLab> {
    const aSwitch = await Namespace.create();
    aSwitch.run('ip link add br0 type bridge && ip link set br0 up');
    return new NetworkLab(aSwitch);
  }

  /** Plugs one more machine into the switch. */
  async host(): Promise<LabHost> {
    const host = await Namespace.create();
    this.#hosts.push(host);
    const number = String(this.#hosts.length);
    const address = `10.83.0.${number}`;
    this.#switch.run(
      `ip link add port${number} type veth peer name eth0 netns ${String(host.pid)} && ip link set port${number} master br0 up`,
    );
    host.run(`ip address add ${address}/24 dev eth0 && ip link set eth0 up`);
    const run = (script: string): string => host.run(script);
    return {
      address,
      wrapper: host.wrapper,
      run,
      cut: (other) => {
        run(`ip route add blackhole ${other.address}/32`);
      },
      rejoin: (other) => {
        run(`ip route del blackhole ${other.address}/32`);
      },
    };
  }

  /** Whoever started programs in it ends them first. */
  async close(): Promise<void> {
    await Promise.all([...this.#hosts, this.#switch].map((namespace) => namespace.close()));
  }
}

/** A network namespace, and the process that keeps it. */
class Namespace {
  readonly pid: number;
  readonly #keeper: ChildProcess;

  static async create(): Promise<Namespace> {
    const keeper = spawn('unshare', ['-n', 'sh', '-c', 'ip link set lo up && echo ready && exec cat'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await Promise.race([
      once(keeper.stdout, 'data'),
      once(keeper, 'exit').then(() => Promise.reject(new Error('there is no network namespace'))),
    ]);
    return new Namespace(keeper);
  }

  private constructor(keeper: ChildProcess) {
    if (keeper.pid === undefined) throw new TypeError('a process that was spawned has a pid');
    this.pid = keeper.pid;
    this.#keeper = keeper;
  }

  get wrapper(): readonly [string, ...string[]] {
    return ['nsenter', `--net=/proc/${String(this.pid)}/ns/net`];
  }

  run(script: string): string {
    const [program, ...args] = this.wrapper;
    const { status, stdout, stderr } = spawnSync(program, [...args, 'sh', '-c', script], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${script}: ${stderr}`);
    return stdout;
  }

  /** It ends at the end of its input, also when this process is killed. */
  async close(): Promise<void> {
    const exited = once(this.#keeper, 'exit');
    this.#keeper.stdin?.end();
    await exited;
  }
}
