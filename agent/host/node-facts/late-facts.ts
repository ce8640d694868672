import type { FactsRoot, RootFacts } from './of-root.ts';

/** Facts whose readers are loaded when somebody first asks: in most lives of an agent nobody does. */
export function lateFacts(root: FactsRoot): RootFacts {
  let loading: Promise<RootFacts> | null = null;
  return {
    async read(identity) {
      loading ??= import('./of-root.ts').then(({ factsOfRoot }) => factsOfRoot(root));
      return (await loading).read(identity);
    },
  };
}
