/** The reasons why the CPU time of a server cannot be known. */
export const CPU_ABSENCES = [
  'other-machine',
  'no-proc',
  'no-listener',
  'unreadable',
  'own-process',
  'held-by-parent',
  'replaced',
  'unwaited-children',
  'shared',
  'merged',
] as const;

export type CpuAbsence = (typeof CPU_ABSENCES)[number];

/** The words for each reason, as the end of a sentence, and the remedy where there is one. */
export const CPU_ABSENCE_TEXT: Readonly<Record<CpuAbsence, string>> = {
  'other-machine': "it runs on another machine. To measure it, run on the server's machine",
  'no-proc': 'this system does not show it in /proc, as Linux does',
  'no-listener':
    'no process in this network namespace listens on its port, so that it is in a container or behind a forwarded port. To measure it, run inside that namespace',
  unreadable: 'the process that listens on its port may not be read. To measure it, run as its user or as root',
  'own-process': 'it runs in the same process as resumark',
  'held-by-parent':
    'its port is held by a process that also started resumark, such as an init with socket activation. To measure it, start the server by itself',
  replaced: 'one of its processes ended, or another took its place, in the middle of a block',
  'unwaited-children':
    'it has child processes that end without being waited for (SIGCHLD is ignored), and the kernel adds their CPU time to nobody. To measure it, run the server in a cgroup of its own (systemd-run, a container)',
  merged: 'the results of several machines were merged, and each could read it in its own window only',
  shared: 'the same processes serve other states in the same window. To measure it, use --interleave block',
};
