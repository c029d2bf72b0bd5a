/** The field of Curve25519, whose Montgomery form is v^2 = u^3 + 486662 u^2 + u (RFC 7748, section 4.1). */
const PRIME = 2n ** 255n - 19n;
const LOW_BITS = 2n ** 255n - 1n;
const A = 486_662n;

/** A point by both of its coordinates: any representatives of their residues, near the prime in size. None is the neutral element. */
export interface Point {
  readonly u: bigint;
  readonly v: bigint;
}

export const BASE: Point = { u: 9n, v: 14781619447589544791020593568409986887264606134616475288964881837755586237401n };

/** The representative that is written. */
export const canonical = (x: bigint): bigint => ((x % PRIME) + PRIME) % PRIME;

/** Multiplies a point by a positive factor. Expensive: for the first keys only. */
export const multiple = (point: Point, factor: bigint): Point => {
  let product = point;
  for (const bit of factor.toString(2).slice(1)) {
    product = sum(product, product);
    if (bit === '1') product = sum(product, point);
  }
  return product;
};

export const sum = (one: Point, other: Point): Point => {
  const isSame = one.u === other.u;
  const rise = isSame ? 3n * multiply(one.u, one.u) + 2n * A * one.u + 1n : other.v - one.v;
  const run = isSame ? 2n * one.v : other.u - one.u;
  return third(one, other, multiply(fold(rise), inverse(run)));
};

/** Adds a point to each of some others, by one division for all of them (Montgomery's trick). None may be that point or its opposite. */
export const addToAll = (points: Point[], addend: Point): void => {
  const products: bigint[] = [];
  let product = 1n;
  for (const { u } of points) {
    products.push(product);
    product = multiply(product, addend.u - u);
  }
  let rest = inverse(product);
  for (let i = points.length - 1; i >= 0; i--) {
    const point = points[i] ?? addend;
    const slope = multiply(addend.v - point.v, multiply(rest, products[i] ?? 1n));
    rest = multiply(rest, addend.u - point.u);
    points[i] = third(point, addend, slope);
  }
};

/** The sum of two points on a line of that slope. */
const third = (one: Point, other: Point, slope: bigint): Point => {
  const u = fold(slope * slope - A - one.u - other.u);
  return { u, v: fold(slope * (one.u - u) - one.v) };
};

/** 2^255 is 19: what stands above is multiplied by it and added below, twice, after which a product is near the prime in size. */
const fold = (x: bigint): bigint => {
  const once = (x & LOW_BITS) + 19n * (x >> 255n);
  return (once & LOW_BITS) + 19n * (once >> 255n);
};

const multiply = (x: bigint, y: bigint): bigint => fold(x * y);

/** Inverts by the extended Euclidean algorithm. Its time depends on the number, which is no secret here. */
const inverse = (x: bigint): bigint => {
  let [previous, current] = [PRIME, canonical(x)];
  let [previousFactor, factor] = [0n, 1n];
  while (current !== 0n) {
    const quotient = previous / current;
    [previous, current] = [current, previous - quotient * current];
    [previousFactor, factor] = [factor, previousFactor - quotient * factor];
  }
  return previousFactor;
};
