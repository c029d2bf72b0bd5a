type Mapping = Readonly<Record<string, unknown>>;

/** A key that begins so is the user's own, such as a place for YAML anchors. */
export const OWN_PREFIX = 'x-';

/** Leaves out keys of the user's own, at every level but among the labels of states. */
export const withoutOwnKeys = (settings: Mapping): Mapping =>
  Object.fromEntries(
    Object.entries(settings)
      .filter(([key]) => !key.startsWith(OWN_PREFIX))
      .map(([key, value]) => [key, key === 'states' ? ofStates(value) : inside(value)]),
  );

const ofStates = (states: unknown): unknown =>
  isMapping(states) ? Object.fromEntries(Object.entries(states).map(([label, state]) => [label, inside(state)])) : states;

const inside = (value: unknown): unknown => (isMapping(value) ? withoutOwnKeys(value) : value);

const isMapping = (value: unknown): value is Mapping => typeof value === 'object' && value !== null && !Array.isArray(value);
