export { editDistance, nearest, oneOf, quoted } from '../base/words.ts';
