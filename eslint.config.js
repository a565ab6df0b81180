/**
 * Typed lint with zero warnings, and the one-way dependencies of src/README.md: each folder below lists what it
 * may not import, with the reason that the error prints.
 */
import tseslint from 'typescript-eslint';

/** Forbids imports that match `patterns` in `files`, for the stated reason. */
const forbid = (files, patterns, message) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: [{ regex: patterns.join('|'), message }] }] },
});

/** Matches an import of a source folder, however deep the importing file lies. */
const folder = (name) => `^(\\.\\./)+(src/)?${name}/`;
const testing = folder('testing');
const main = '/main\\.ts$';
const outsideCore = '^node:|^[@a-z]';

export default tseslint.config(
  { ignores: ['build/', 'dist/', 'eslint.config.js'] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-console': 'error',
      eqeqeq: 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'exit', message: 'Only main.ts exits: return an exit code instead.' },
      ],
    },
  },
  forbid(
    ['src/core/iptables/**/*.ts'],
    [
      outsideCore,
      folder('osm'),
      folder('audit'),
      folder('(kernel|kube|controller|node-agent|metrics|page|cli)'),
      main,
      testing,
    ],
    'core/iptables is the rule language alone: pure, and it knows neither OSM nor Kubernetes.',
  ),
  forbid(
    ['src/core/osm/**/*.ts'],
    [
      outsideCore,
      folder('audit'),
      folder('(kernel|kube|controller|node-agent|metrics|page|cli)'),
      main,
      testing,
    ],
    'core/osm knows what OSM installs; it is pure and builds on core/iptables alone.',
  ),
  forbid(
    ['src/core/audit/**/*.ts'],
    [outsideCore, folder('(kernel|kube|controller|node-agent|metrics|page|cli)'), main, testing],
    'core is pure: no I/O, clock, logger or Kubernetes types.',
  ),
  forbid(
    ['src/kube/**/*.ts'],
    [folder('(core|kernel|controller|node-agent|metrics|page|cli)'), main, testing],
    'kube is a controller kit that knows neither iptables nor OSM.',
  ),
  forbid(
    ['src/kernel/**/*.ts'],
    [folder('(kube|controller|metrics|page|cli|node-agent)'), '^(\\.\\./)+core/(osm|audit)/', main, testing],
    'kernel is a kit that reads this machine: it knows neither OSM nor the API of Kubernetes, and of core the rule language alone.',
  ),
  forbid(
    ['src/node-agent/**/*.ts'],
    [folder('(page|cli)'), main, testing],
    'The node agent is a controller of its own; it does not know the command line.',
  ),
  forbid(
    ['src/metrics/**/*.ts'],
    [folder('(kernel|kube|controller|node-agent|page|cli)'), main, testing],
    'metrics describes and serves numbers; the controller fills them in.',
  ),
  forbid(
    ['src/page/**/*.ts'],
    [folder('(kernel|kube|controller|node-agent|metrics|cli)'), main, testing],
    'page shows verdicts to people, wherever they come from; it builds on core alone.',
  ),
  forbid(
    ['src/controller/**/*.ts'],
    [folder('(kernel|node-agent|cli)'), main, testing],
    'The controller knows neither the command line nor the kernel of a node.',
  ),
  forbid(['src/cli/**/*.ts'], [main, testing], 'Nothing imports main.ts, and testing/ is for tests alone.'),
  { files: ['src/main.ts'], rules: { 'no-restricted-properties': 'off' } },
  {
    // Tests may look at anything below them and at testing/, read files, and assert with chai's property style.
    files: ['**/*.test.ts', 'src/testing/**/*.ts', 'e2e/**/*.ts', 'image/**/*.ts'],
    rules: {
      'no-restricted-imports': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
