// npm run check: types, lint, unit and golden tests. Needs Node packages alone.
import { check, report } from './steps.ts';

process.exitCode = report(await check());
