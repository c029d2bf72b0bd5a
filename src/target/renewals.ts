/** Gives what is there after so many renewals: the same to every server that asks, made when the first of them does. */
export const renewals = <Renewed>(first: Renewed, make: () => Promise<Renewed>): ((times: number) => Promise<Renewed>) => {
  const made: Promise<Renewed>[] = [];
  return (times) => (times === 0 ? Promise.resolve(first) : (made[times] ??= make()));
};
