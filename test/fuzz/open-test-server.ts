import type { Plan, Tamper } from './plan.ts';
import { TestServer12 } from './test-server-12.ts';
import { TestServer13 } from './test-server-13.ts';
import type { TestServer } from './test-server.ts';

/** A server for one connection. */
export const openTestServer = (plan: Plan, tamper?: Tamper): TestServer =>
  plan.protocol === 'TLSv1.3' ? new TestServer13(plan, tamper) : new TestServer12(plan, tamper);
