import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  { ignores: ['dist/', 'dist-bench/', 'results/'] },
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts', 'vitest.config.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      // The domain's objects have a single home each; a class of constants would only hide that.
      '@typescript-eslint/class-literal-property-style': 'off',
      // A default that stands for "nothing was said" is clearer than a chain of checks.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      '@typescript-eslint/no-unsafe-type-assertion': 'off',
      'max-lines': ['error', { max: 300, skipBlankLines: true }],
      // A switch over a union counts as one step: it is a table.
      complexity: ['error', { max: 14, variant: 'modified' }],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/explicit-module-boundary-types': 'off', 'max-lines': 'off' },
  },
);
