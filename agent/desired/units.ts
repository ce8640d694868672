export { formatDuration, parseDuration, parseMode, parseSize, UNIT_PATTERNS } from '../base/units.ts';
