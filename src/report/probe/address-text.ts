import type { ProbeRecord } from '../../domain/probe-record.ts';
import { endpointText } from '../text/target.ts';
import { grouped } from '../text/units.ts';

/** The part of a record that names its addresses. */
export type Addresses = Pick<ProbeRecord, 'addresses'>;

/** The most addresses that are listed by name; of more, the first and the number of the others. */
const MOST_LISTED = 6;

/** `10.0.0.1:443`; `[::1]:443`. */
export const addressName = ({ addresses }: Addresses, index: number): string => {
  const found = addresses[index];
  return found === undefined ? `address ${String(index)}` : endpointText(found.address, found.port);
};

/** `10.0.0.1:443, 10.0.0.2:443`; `10.0.0.1:443 and 14 others`. */
export const addressList = (record: Addresses, indexes: readonly number[]): string => {
  const [first] = indexes;
  if (first === undefined) return 'all addresses';
  if (indexes.length <= MOST_LISTED) return indexes.map((index) => addressName(record, index)).join(', ');
  return `${addressName(record, first)} and ${grouped(indexes.slice(1).length)} others`;
};
