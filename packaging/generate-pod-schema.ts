/**
 * Writes agent/resources/static-pods/pod-schema.json: the shape of a Pod as kubernetes-models knows it, in a form
 * that loads in a millisecond. The package compiles its schemas to functions that let unknown fields pass and pull
 * in 30 MiB; so they are asked here, once, value by value, what they accept: a proxy notes which fields they read,
 * their errors tell types, enums and formats. Run: node packaging/generate-pod-schema.ts
 */
import { writeFileSync } from 'node:fs';
import { learnPodSchema } from './pod-schema-probe.ts';

const target = new URL('../agent/resources/static-pods/pod-schema.json', import.meta.url);
const schema = await learnPodSchema();
writeFileSync(target, `${JSON.stringify(schema, null, 2)}\n`);
console.log(`${Object.keys(schema.definitions).length} definitions written to ${target.pathname}`);
