import { openOpenSslEngine } from '../../src/engine/openssl/engine.ts';
import { describeEngineContract } from './contract.ts';

describeEngineContract('openssl', openOpenSslEngine);
