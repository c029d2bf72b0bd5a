import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { scenarioJsonSchema } from '../../src/scenario/json-schema.ts';
import { referencePage } from './reference/page.ts';
import { DOCUMENTS, ROOT } from './documents.ts';
import { withSections } from './sections.ts';

// `npm run docs` is this file with --update: it writes what is generated.
describe('what the documentation generates from the code is fresh, or else npm run docs writes it', () => {
  it('docs/reference.md', async () => {
    await expect(referencePage()).toMatchFileSnapshot(join(ROOT, 'docs/reference.md'));
  });

  it('scenarios/scenario.schema.json', async () => {
    const path = join(ROOT, 'scenarios/scenario.schema.json');
    const text = await format(JSON.stringify(scenarioJsonSchema()), { ...(await resolveConfig(path)), parser: 'json' });
    await expect(text).toMatchFileSnapshot(path);
  });

  it.each(DOCUMENTS)('the sections of %s', async (name) => {
    const path = join(ROOT, name);
    const page = await withSections(readFileSync(path, 'utf8'));
    const formatted = await format(page, { ...(await resolveConfig(path)), parser: 'markdown' });
    await expect(formatted).toMatchFileSnapshot(path);
  });
});
