import { AppError } from "../../domain/errors.ts";
import { azureActualFormat, azureAmortizedFormat } from "./azure.ts";
import { cur2Format, curLegacyFormat } from "./cur.ts";
import { focusFormat } from "./focus.ts";
import type { Format, SourceFile } from "./format.ts";
import { gcpFormat } from "./gcp.ts";
import { ociFormat } from "./oci.ts";
import { recogniseOther } from "./other-datasets.ts";

/** Every format bills are read from. A new one: write its file, add it here. */
export const FORMATS: readonly Format[] = [
  focusFormat,
  cur2Format,
  curLegacyFormat,
  azureActualFormat,
  azureAmortizedFormat,
  ociFormat,
  gcpFormat,
];

/** The format of a file, by its header. Throws AppError naming the nearest format and what is missing. */
export function chooseFormat(file: SourceFile): Format {
  const ranked = FORMATS.map((format) => ({ format, found: format.recognise(file) })).sort(
    (a, b) => Number(b.found.matches) - Number(a.found.matches) || b.found.score - a.found.score,
  );
  const [best] = ranked;
  if (best?.found.matches === true) return best.format;
  const other = recogniseOther(file);
  if (other !== null) throw new AppError("bad-input", `${file.path} is ${other.what}.`, { remedy: other.instead });
  if (best === undefined || best.found.score === 0) {
    const seen = file.header.slice(0, 5).join(", ").slice(0, 120);
    throw new AppError("bad-input", `${file.path} is no bill in a known format (its columns begin: ${seen}).`, {
      remedy: `Known: ${FORMATS.map((format) => format.title).join("; ")}.`,
    });
  }
  const missing = best.found.missing.join(", ");
  throw new AppError("bad-input", `${file.path} looks like ${best.format.title}, but has no column ${missing}.`, {
    remedy: "Export it again with these columns; without them its charges cannot be placed or added up.",
  });
}
