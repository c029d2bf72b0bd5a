/** Replaces the quantiles of k6 by ours: `p(99.9)` is `p999`. */
export const withOwnQuantiles = (name: string): string =>
  name.replace(/\bp\((\d+)(?:\.(\d+))?\)/gu, (_, whole: string, tenths = '') => `p${whole}${String(tenths)}`);
