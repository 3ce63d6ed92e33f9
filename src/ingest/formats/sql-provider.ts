import { quoteText } from "./sql-text.ts";

/** What the clouds call themselves in bills → the slug people type. */
const SLUGS: Readonly<Record<string, string>> = {
  aws: "aws",
  amazon: "aws",
  "amazon web services": "aws",
  "amazon web services, inc.": "aws",
  microsoft: "azure",
  "microsoft azure": "azure",
  "microsoft corporation": "azure",
  azure: "azure",
  gcp: "gcp",
  google: "gcp",
  "google cloud": "gcp",
  "google cloud platform": "gcp",
  oracle: "oci",
  "oracle cloud": "oci",
  "oracle cloud infrastructure": "oci",
  oci: "oci",
};

/** Spellings seen in real files first, compared as they are: the common row costs one comparison. */
const USUAL: Readonly<Record<string, string>> = {
  AWS: "aws",
  Microsoft: "azure",
  "Microsoft Azure": "azure",
  "Google Cloud": "gcp",
  Oracle: "oci",
};

/** The provider slug of a name (VARCHAR expression): `aws`, `azure`, `gcp`, `oci`, else the name in lower case. */
export function providerSlug(name: string): string {
  const whens = (names: Readonly<Record<string, string>>): string =>
    Object.entries(names)
      .map(([from, to]) => `when ${quoteText(from)} then ${quoteText(to)}`)
      .join(" ");
  const dashed = `trim(regexp_replace(lower(${name}), '[^\\p{L}\\p{N}]+', '-', 'g'), '-')`;
  const other = `case lower(trim(${name})) ${whens(SLUGS)} else coalesce(nullif(${dashed}, ''), 'unknown') end`;
  return `case ${name} ${whens(USUAL)} else ${other} end`;
}
