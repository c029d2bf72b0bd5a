/** Parsers of what Linux shows of cgroups, versions 1 and 2 (cgroups(7)): text in, values out. */

/** A mounted hierarchy of cgroups. */
export interface CgroupMount {
  /** The cgroup that is seen at the mount point: not the topmost one in a container. */
  readonly root: string;
  readonly folder: string;
  /** The one of version 2 has the name ''. */
  readonly controllers: readonly string[];
}

/** Lines of /proc/self/mountinfo (proc(5)). */
export const parseCgroupMounts = (mountinfo: string): CgroupMount[] =>
  mountinfo.split('\n').flatMap((line) => {
    const [mount = '', source = ''] = line.split(' - ');
    const [, , , root = '', folder = ''] = mount.split(' ');
    const [type, , options = ''] = source.split(' ');
    if (type === 'cgroup2') return [{ root, folder, controllers: [''] }];
    return type === 'cgroup' ? [{ root, folder, controllers: options.split(',') }] : [];
  });

/** A process's cgroup in one hierarchy. */
export interface CgroupPath {
  readonly controllers: readonly string[];
  readonly path: string;
}

/** Lines of /proc/PID/cgroup: `4:cpu,cpuacct:/system.slice`, and `0::/system.slice` of version 2. */
export const parseCgroups = (text: string): CgroupPath[] =>
  [...text.matchAll(/^\d+:([^:]*):(.*)$/gmu)].map(([, controllers = '', path = '']) => ({
    controllers: controllers.split(','),
    path,
  }));

/** Lines such as `nr_periods 12`. */
export const parseKeyed = (text: string): ReadonlyMap<string, number> =>
  new Map([...text.matchAll(/^(\w+) (\d+)$/gmu)].map(([, key = '', value]) => [key, Number(value)]));

/** Cores that `cpu.max` allows: `50000 100000` is half a core, `max 100000` no limit. */
export const parseCpuMax = (text: string): number | undefined => {
  const [, quota, period] = /^(\d+) (\d+)/u.exec(text) ?? [];
  return quota === undefined || period === undefined ? undefined : Number(quota) / Number(period);
};
