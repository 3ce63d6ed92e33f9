import { configureGlobal } from "fast-check";

/**
 * Properties try the same cases in every run of the tests, so that a failure of a change is that change's.
 * New cases are looked for by `npm run explore`, which gives a fresh seed a round by this variable.
 */
const seed = Number(process.env.FINOPS_PROPERTY_SEED ?? 20_260_301);

configureGlobal({ seed });
