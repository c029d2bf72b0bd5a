/** Makes a function that does things in the order of its calls, each so long after its call and never earlier. */
export const holdBack = (delayMs) => {
  const held = [];
  // A timer of a busy process fires early: it counts from the moment at which its loop last looked at the clock.
  const letGo = () => {
    while (held.length > 0 && held[0].dueMs <= performance.now()) held.shift().act();
    if (held.length > 0) setTimeout(letGo, held[0].dueMs - performance.now());
  };
  return (act) => {
    held.push({ dueMs: performance.now() + delayMs, act });
    if (held.length === 1) setTimeout(letGo, delayMs);
  };
};
