import { clientCpu } from './reference/bench.ts';
import { exitCodes } from './reference/exit-codes.ts';
import { demoResult } from './reference/results.ts';
import { scaleCores, scaleNetwork, scalePorts, scaleReports, scaleSimulation } from './reference/scale.ts';

/** What stands between `<!-- generated: name -->` and `<!-- end -->` in a page. */
const SECTIONS: Readonly<Record<string, () => string | Promise<string>>> = {
  'client-cpu': clientCpu,
  'demo-result': demoResult,
  'exit-codes': exitCodes,
  'scale-cores': scaleCores,
  'scale-network': scaleNetwork,
  'scale-ports': scalePorts,
  'scale-reports': scaleReports,
  'scale-simulation': scaleSimulation,
};

/** The page with its generated sections made anew. */
export const withSections = async (page: string): Promise<string> => {
  let written = page;
  for (const [whole, name = ''] of page.matchAll(/<!-- generated: ([\w-]+) -->\n.*?<!-- end -->/gsu)) {
    const section = SECTIONS[name];
    if (section === undefined) throw new Error(`there is no generated section "${name}": ${Object.keys(SECTIONS).join(', ')}`);
    written = written.replace(whole, `<!-- generated: ${name} -->\n\n${await section()}\n\n<!-- end -->`);
  }
  return written;
};
