import { openWireEngine } from '../../src/engine/wire/engine.ts';
import { describeEngineContract } from './contract.ts';

describeEngineContract('wire', openWireEngine);
